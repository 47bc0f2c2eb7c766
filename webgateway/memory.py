"""How much memory a process of many threads keeps for itself."""

import ctypes

ARENA_MAX = -8  # M_ARENA_MAX of glibc's malloc.h
ARENAS = 2


def init() -> None:
    """glibc gives every thread a heap of its own, and none of them gives back what another could use.

    Before the threads begin. Other C libraries have no such setting and need none.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(ARENA_MAX, ARENAS)
