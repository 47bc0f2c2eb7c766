"""Threads that come and go do not make a process larger and larger."""

import ctypes
import subprocess
import sys

import pytest

from webgateway.settings import ROOT

HEAPS = """
import ctypes, threading
from webgateway import memory
{before}
together = threading.Barrier(9)
def busy():
    kept = [bytes(5000) for _ in range(100)]
    together.wait()
threads = [threading.Thread(target=busy) for _ in range(8)]
for thread in threads: thread.start()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
together.wait()
"""


SETTLED = """
import gc
from webgateway import memory
memory.settle()
print(gc.get_freeze_count() > 10_000, gc.get_threshold()[0] == memory.YOUNG[0])
"""


DONE_WITH = """
import gc
from webgateway import memory
class Part:
    def __init__(self): self.whole = self
memory.settle()
most = 0
for page in range(300):
    parts = [Part() for _ in range(3_000)]
    most = max(most, len(gc.get_objects()))
print(most < 20 * 3_000)
"""


SERVED = """
import sys
import webgateway
print({"alembic", "charset_normalizer", "mako", "pygments", "redis", "psycopg"} & set(sys.modules))
"""


GIVEN_BACK = """
import os, time
from webgateway import memory
memory.TRIM_EVERY = 0.1
{before}
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
answer = [bytearray(100_000) for _ in range(1000)]
most = resident()
last = answer[-1]
del answer
end = time.monotonic() + {seconds}
while most - resident() < 50_000_000 and time.monotonic() < end: time.sleep(0.1)
print(most - resident() > 50_000_000)
"""


AT_ONCE = """
import os
from webgateway import memory
memory.TRIM_EVERY = 3600
{before}
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
bytearray(10_000_000)
answer = [bytearray(1_000_000) for _ in range(100)]
most, last = resident(), answer[-1]
del answer
print(most - resident() > 50_000_000)
"""


def run(code):
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


def heaps(before=""):
    return run(HEAPS.format(before=before)).count("<heap nr=")


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="not glibc")
def test_all_threads_share_two_heaps():
    assert heaps() > 2
    assert heaps("memory.init()") == 2


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="not glibc")
def test_what_one_large_answer_needed_is_given_back():
    assert run(GIVEN_BACK.format(before="", seconds=1)) == "False\n"
    assert run(GIVEN_BACK.format(before="memory.init()", seconds=10)) == "True\n"


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="not glibc")
def test_large_blocks_are_given_back_at_once():
    assert run(AT_ONCE.format(before="")) == "False\n"
    assert run(AT_ONCE.format(before="memory.init()")) == "True\n"


def test_what_was_loaded_is_not_looked_through_for_garbage_again():
    assert run(SETTLED) == "True True\n"


def test_what_pages_are_done_with_does_not_pile_up():
    assert run(DONE_WITH) == "True\n"


def test_what_nobody_needs_to_serve_requests_takes_no_room_in_a_web_worker():
    assert run(SERVED) == "set()\n"
