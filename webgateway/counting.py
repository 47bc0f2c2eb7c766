"""Where counters live: files in one folder, into which every process of this machine counts by itself.

Whichever web process Prometheus asks, it answers with the sum. What a process has counted outlives it: a
counter that goes back would read as a restart of everything.
"""

import fcntl
import logging
import os
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest, values
from prometheus_client.core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from .settings import instance_folder

log = logging.getLogger(__name__)

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the library's own name for it
SPACE = 2 * 1024 * 1024  # bytes of a file; what all series of a process need is a third of it
SUMMED = ("counter", "histogram")
GONE = "gone"
HOST = socket.gethostname()
UNREADABLE = (OSError, struct.error, RuntimeError, ValueError)

os.environ.setdefault(FOLDER, str(instance_folder(os.environ) / "metrics"))


class Reserved(MmapedDict):
    """Takes its space from the disk when it is opened: a write into a map with no disk behind it would kill
    the process. Without that space it counts in memory, unseen: counting may never stop a delivery."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        try:
            reserve(Path(filename))
            super().__init__(filename, read_mode)
        except OSError as error:
            log.error("%s cannot be used, so this process counts unseen: %s", filename, error.strerror)
            memory = os.memfd_create("metrics")
            os.posix_fallocate(memory, 0, SPACE)
            super().__init__(f"/proc/self/fd/{memory}", read_mode)
            os.close(memory)


def reserve(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as opened:
        os.posix_fallocate(opened.fileno(), 0, SPACE)


def process() -> str:
    """With the machine's name: containers that share the folder have the same process ids."""
    return f"{HOST}-{os.getpid()}"


values.MmapedDict = Reserved  # type: ignore[attr-defined, misc]
values.ValueClass = values.MultiProcessValue(process)


class Found(Collector):
    def __init__(self, metrics: Iterable[Metric]) -> None:
        self.metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self.metrics


def exposition(found: Iterable[Metric]) -> bytes:
    """What all processes have counted, and what was `found` out now, as Prometheus reads it."""
    registry = CollectorRegistry()
    registry.register(Found(found))
    MultiProcessCollector(registry, str(_folder()))
    with _held(fcntl.LOCK_SH):
        return generate_latest(registry)


def bury(pid: int) -> None:
    """A process of this machine has ended: what it counted is added to what those before it have."""
    try:
        with _held(fcntl.LOCK_EX):
            _bury(f"{HOST}-{pid}")
    except UNREADABLE as error:
        log.error("what process %d counted is lost: %s", pid, type(error).__name__)


def bury_the_dead() -> None:
    """Those that ended while nobody looked."""
    files = list(_folder().glob(f"*_{HOST}-*.db"))
    for pid in {int(file.stem.rpartition("-")[2]) for file in files}:
        if not Path(f"/proc/{pid}").exists():
            bury(pid)


def _bury(name: str) -> None:
    for file in _folder().glob(f"gauge_live*_{name}.db"):
        file.unlink()
    for kind in SUMMED:
        file = _folder() / f"{kind}_{name}.db"
        if file.exists():
            _add(file, _folder() / f"{kind}_{GONE}.db")


def _add(file: Path, to: Path) -> None:
    try:
        counted = list(MmapedDict.read_all_values_from_file(str(file)))
    finally:
        file.unlink()
    total = Reserved(str(to))
    for key, value, _timestamp, _position in counted:
        total.write_value(key, total.read_value(key)[0] + value, 0.0)
    total.close()


def _folder() -> Path:
    folder = Path(os.environ[FOLDER])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _held(how: int) -> Iterator[None]:
    """Nobody reads the files while two of them become one."""
    with (_folder() / "lock").open("w") as file:
        fcntl.flock(file, how)
        yield
