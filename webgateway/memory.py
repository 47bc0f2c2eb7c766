"""How much memory a process of many threads keeps for itself, and how often it looks for what is garbage."""

import ctypes
import gc
import threading
import time
from collections.abc import Callable

ARENA_MAX, MMAP_THRESHOLD = -8, -3  # of glibc's malloc.h
ARENAS = 2
LARGE = 128 * 1024
"""Bytes from which on a block is given back as soon as it is free. glibc begins with so many, too, but takes
more with each that it was given back."""
YOUNG = (2_000, 5, 5)
"""Objects that come before each look, and looks before those at older ones. A page makes many at once: more
than Python 3.11's own 700. With more than these, what pages are done with piles up."""
TRIM_EVERY = 5.0  # seconds


def init() -> None:
    """glibc gives every thread a heap of its own, and none of them gives back what another could use; what
    one large answer needed it keeps.

    Before the threads begin. Other C libraries have no such settings and need none.
    """
    libc = ctypes.CDLL(None)
    mallopt, trim = getattr(libc, "mallopt", None), getattr(libc, "malloc_trim", None)
    if mallopt is not None:
        mallopt(ARENA_MAX, ARENAS)
        mallopt(MMAP_THRESHOLD, LARGE)
    if trim is not None:
        threading.Thread(target=_give_back, args=(trim,), name="memory", daemon=True).start()


def _give_back(trim: Callable[[int], int]) -> None:
    while True:
        time.sleep(TRIM_EVERY)
        trim(0)


def settle() -> None:
    """What stands now stays until the end: it is never looked through again. Once the app is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*YOUNG)
