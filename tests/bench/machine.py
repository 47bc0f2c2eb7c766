"""The machine the numbers came from; neither its name nor its paths."""

import os
import platform
import re
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path

from tests.bench import postgresql, rivals, slow_disk


def described(folder: Path) -> list[tuple[str, str]]:
    commit = slow_disk.commit(folder / "commit.db")
    memory = int(_found(r"MemTotal:\s*(\d+)", "/proc/meminfo")) / 1024**2
    return [
        ("cores", str(os.cpu_count())),
        ("processor", _found(r"model name\s*: (.*)", "/proc/cpuinfo")),
        ("memory", f"{memory:.0f} GiB"),
        ("kernel", f"{platform.system()} {platform.release().split('-')[0]}"),
        ("file system", f"{_file_system(folder)}; SQLite commits a row for good in {commit * 1000:.2f} ms"),
        ("Python", platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
        ("PostgreSQL", postgresql.version()),
        ("gunicorn, Flask, SQLAlchemy", ", ".join(map(version, ("gunicorn", "flask", "sqlalchemy")))),
        ("Node", _said(str(rivals.NODE / "node"), "--version").lstrip("v")),
    ]


def _found(pattern: str, file: str) -> str:
    match = re.search(pattern, Path(file).read_text())
    return match.group(1).strip() if match else "unknown"


def _file_system(folder: Path) -> str:
    return _said("stat", "--file-system", "--format=%T", str(folder))


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
