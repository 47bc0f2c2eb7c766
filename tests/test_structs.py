"""Threads that ask for one type at once get it, also when nobody has asked for it before."""

import subprocess
import sys

import pytest

RACE = """
import sys, threading
from pathlib import Path

import msgspec
from tests.conftest import settings_in
from webgateway import create_app
from webgateway.flows.definition import Definition

create_app(settings_in(Path(sys.argv[1])))
kept = msgspec.to_builtins(Definition())
together = threading.Barrier(8)
sys.setswitchinterval(0.0001)

def ask():
    together.wait()
    for _ in range(3):
        assert msgspec.convert(kept, Definition) == Definition()

threads = [threading.Thread(target=ask) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.parametrize("_time", range(4))
def test_threads_ask_for_a_type_at_once(tmp_path, _time):
    assert subprocess.run([sys.executable, "-c", RACE, tmp_path], check=False).returncode == 0
