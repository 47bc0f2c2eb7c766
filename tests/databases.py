"""A database for each test, a copy of one founded once, on SQLite or PostgreSQL; and its queue."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import text

from tests.servers import redis
from tests.servers.postgresql import Server
from webgateway.db import db

Found = Callable[[str], None]
"""Fills the empty database at this address."""

QUEUES = {"sqlite": ("sqlite",), "postgresql": ("redis", "postgresql")}
"""The kinds of queue each kind of database is tested with; the first is its usual one."""


class SQLite:
    def __init__(self, folder: Path, found: Found) -> None:
        self.founded = folder / "founded.db"
        found(f"sqlite:///{self.founded}")

    @contextmanager
    def copy(self, folder: Path) -> Iterator[str]:
        shutil.copy(self.founded, folder / "webgateway.db")
        yield f"sqlite:///{folder / 'webgateway.db'}"

    def queue(self, _kind: str, folder: Path, _database_url: str) -> str:
        return f"sqlite:///{folder / 'queue.db'}"

    def stop(self) -> None: ...


class PostgreSQL:
    """With Redis beside it, as installations of several machines have; the run starts and stops both."""

    def __init__(self, found: Found) -> None:
        self.server = Server()
        self.redis = redis.Server()
        self.number = 0
        self.server.run("CREATE DATABASE founded")
        found(self.server.url("founded"))

    @contextmanager
    def copy(self, _folder: Path) -> Iterator[str]:
        self.number += 1
        name = f"test_{self.number}"
        self.server.run(f"CREATE DATABASE {name} TEMPLATE founded")
        yield self.server.url(name)
        self.server.run(f"DROP DATABASE {name} WITH (FORCE)")

    def queue(self, kind: str, _folder: Path, database_url: str) -> str:
        if kind == "postgresql":
            return self.server.queue_url(urlsplit(database_url).path.lstrip("/"))
        self.redis.empty()
        return self.redis.url()

    def stop(self) -> None:
        self.redis.stop()
        self.server.stop()


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


def in_its_own(app: Flask, change: Callable[[], object]) -> None:
    """What `change` writes is one transaction, of a session that knows nothing of the test's."""
    with app.app_context():
        change()
        db.session.commit()
        db.session.remove()
