"""How much memory a process of many threads keeps for itself, and how often it looks for what is garbage."""

import ctypes
import gc

ARENA_MAX = -8  # M_ARENA_MAX of glibc's malloc.h
ARENAS = 2
YOUNG = (10_000, 20, 100)
"""Objects that come before each look, and looks before those at older ones: a page makes many at once."""


def init() -> None:
    """glibc gives every thread a heap of its own, and none of them gives back what another could use.

    Before the threads begin. Other C libraries have no such setting and need none.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(ARENA_MAX, ARENAS)


def settle() -> None:
    """What stands now stays until the end: it is never looked through again. Once the app is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*YOUNG)
