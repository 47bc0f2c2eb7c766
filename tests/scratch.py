"""Where tests keep their files: in memory where there is room for them. What a test writes need not survive a
power cut, and thousands of small databases on a disk take most of the time."""

import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108
ROOM = 2 * 1024**3
ANYBODY = 0o1777


def in_memory() -> None:
    """Servers run as users of their own, who must reach their folders."""
    if (
        MEMORY.is_dir()
        and MEMORY.stat().st_mode & ANYBODY == ANYBODY
        and shutil.disk_usage(MEMORY).free > ROOM
    ):
        tempfile.tempdir = str(MEMORY)
