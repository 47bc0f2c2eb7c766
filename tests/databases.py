"""A database for each test, a copy of one founded once: SQLite, or with `--on postgresql` PostgreSQL."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.serving import free_port
from webgateway.db import db

Found = Callable[[str], None]
"""Fills the empty database at this address."""


class SQLite:
    def __init__(self, folder: Path, found: Found) -> None:
        self.founded = folder / "founded.db"
        found(f"sqlite:///{self.founded}")

    @contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        shutil.copy(self.founded, folder / "webgateway.db")
        yield f"sqlite:///{folder / 'webgateway.db'}"


class PostgreSQL:
    """A server of its own on loopback, started and stopped by the test run."""

    def __init__(self, found: Found) -> None:
        self.server = Server()
        self.number = 0
        self.run("CREATE DATABASE founded")
        found(self.server.url("founded"))

    @contextmanager
    def copy(self, _folder: Path) -> Iterator[str]:
        self.number += 1
        name = f"test_{self.number}"
        self.run(f"CREATE DATABASE {name} TEMPLATE founded")
        yield self.server.url(name)
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str) -> None:
        engine = create_engine(self.server.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


class Server:
    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="webgateway-postgresql-"))
        # PostgreSQL refuses to run as root: Debian's package brings the user it runs as.
        self.prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.prefix:
            shutil.chown(self.folder, "postgres")
        self.run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        # What a test run holds may be lost with the machine: no waiting for the disk.
        options = f"-c listen_addresses=127.0.0.1 -p {self.port} -k {self.folder} -c fsync=off"
        self.run("pg_ctl", "--wait", f"--log={self.folder}/log", f"--options={options}", "start")

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def stop(self) -> None:
        self.run("pg_ctl", "--mode=immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, program: str, *arguments: str) -> None:
        command = [*self.prefix, str(programs() / program), "-D", str(self.folder / "data"), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")


def programs() -> Path:
    """Where PostgreSQL's programs are; Debian keeps them off the PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not debian:
        raise FileNotFoundError("PostgreSQL is not installed: Debian's package is `postgresql`")
    return debian[-1].parent


def take_in_the_same_moment(table: str) -> None:
    """Whoever inserts into `table` from now on finds that somebody else was quicker."""
    if db.engine.dialect.name == "sqlite":
        db.session.execute(
            text(f"CREATE TRIGGER taken BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'taken'); END")
        )
        return
    body = "BEGIN RAISE unique_violation USING MESSAGE = 'taken'; END"
    db.session.execute(text(f"CREATE FUNCTION taken() RETURNS trigger AS $$ {body} $$ LANGUAGE plpgsql"))
    trigger = f"CREATE TRIGGER taken BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION taken()"
    db.session.execute(text(trigger))
