"""A disk that takes 2 ms longer to be sure: the shim beside this file, compiled by the bench."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")
COMMITS = 50
LOOK = f"""
import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA synchronous = FULL")
database.execute("CREATE TABLE t (a)")
began = time.perf_counter()
for number in range({COMMITS}):
    database.execute("INSERT INTO t VALUES (?)", (number,))
print((time.perf_counter() - began) / {COMMITS})
"""


def shim(folder: Path) -> Path | None:
    """The library to preload; None without a C compiler, or where SQLite does not heed it."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    folder.mkdir()
    library = folder / "slow_disk.so"
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"]
    if subprocess.run(command).returncode != 0:
        return None
    return library if commit(folder / "look.db", library) > 0.002 else None


def commit(database: Path, library: Path | None = None) -> float:
    """Seconds that SQLite takes to commit one row for good."""
    preload = {"LD_PRELOAD": str(library)} if library else {}
    command = [sys.executable, "-c", LOOK, str(database)]
    environment = {**os.environ, **preload}
    return float(subprocess.run(command, check=True, capture_output=True, env=environment).stdout)
