"""A PostgreSQL that survives a power cut, as it comes: its own server, beside SQLite's files."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.serving import free_port


class Missing(Exception):  # noqa: N818
    """PostgreSQL is not installed."""


class Server:
    def __init__(self, folder: Path) -> None:
        self.programs = _programs()
        self.folder = folder
        self.port = free_port()
        # PostgreSQL refuses to run as root: Debian's package brings the user it runs as.
        self.prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        folder.mkdir()
        if self.prefix:
            shutil.chown(folder, "postgres")
        self._run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8")
        options = f"-c listen_addresses= -p {self.port} -k {folder}"
        self._run("pg_ctl", "--wait", f"--log={folder}/log", f"--options={options}", "start")

    def database(self, name: str) -> str:
        """The address of a new database."""
        self._tell(f"CREATE DATABASE {name}")
        return self._url(name)

    def settle(self) -> None:
        """As one that has run for a while: the files of its log that were written are those to come, where a
        new server makes and zeroes one for each 16 MiB, while commits wait some 60 ms."""
        self._tell("CHECKPOINT")

    def stop(self) -> None:
        self._run("pg_ctl", "--mode=fast", "stop")

    def _url(self, name: str) -> str:
        """Over its socket, as on one machine: TCP takes a quarter of what a small query costs."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}&port={self.port}"

    def _tell(self, statement: str) -> None:
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self.prefix, str(self.programs / program), "-D", str(self.folder / "data"), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def server(folder: Path) -> Iterator[Server | None]:
    """None where it is not installed."""
    try:
        started = Server(folder)
    except Missing:
        yield None
        return
    try:
        yield started
    finally:
        started.stop()


def version() -> str:
    try:
        command = [str(_programs() / "postgres"), "--version"]
    except Missing:
        return "not installed"
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[2]


def _programs() -> Path:
    """Debian keeps them off the PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not debian:
        raise Missing
    return debian[-1].parent
