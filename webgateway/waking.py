"""Wakes the worker's threads when there is work; without it they look for themselves, only later."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from .db import db
from .gate import Gate

log = logging.getLogger("webgateway.worker")

CHANNEL = "webgateway"
WAITING = "tables in which something waits"
LOOK = 0.05  # seconds between looks at whether anything was written into SQLite
PAUSE = 0.15  # after something was written: while much is, all of it is looked for at once


def wake(table: str) -> None:
    """When this commits, the workers look for what waits in `table`: for rows that are changed, not inserted.
    On SQLite they look often enough by themselves."""
    if db.engine.dialect.name == "postgresql":
        db.session.info.setdefault(WAITING, set()).add(table)


@event.listens_for(db.session, "before_commit")
def _say(session: Session) -> None:
    """Once a table, and last: a batch is written at its end, in a few statements."""
    for table in session.info.pop(WAITING, ()):
        session.execute(select(func.pg_notify(CHANNEL, table)))


class Bell:
    """Whoever is on watch hears each ring, also one that came just before they began to wait; a call is for
    one more, whoever is free first."""

    def __init__(self) -> None:
        lock = threading.Lock()
        self.watch, self.others = threading.Condition(lock), threading.Condition(lock)
        self.rung = 0
        self.called = self.over = False

    def ring(self) -> None:
        with self.watch:
            self.rung += 1
            self.watch.notify_all()

    def call(self) -> None:
        with self.watch:
            self.called = True
            self.watch.notify_all()
            self.others.notify()

    def end(self) -> None:
        """Nobody waits any more."""
        with self.watch:
            self.over = True
            self.watch.notify_all()
            self.others.notify_all()

    def wait(self, heard: int, seconds: float, on_watch: bool = True) -> None:
        """At most `seconds`, until one is called; on watch until it has rung more often than was `heard`."""
        with self.watch:
            (self.watch if on_watch else self.others).wait_for(
                lambda: self.called or self.over or (on_watch and self.rung != heard), seconds
            )
            self.called = False


class Listener:
    """Calls `ring` with a table into which PostgreSQL says something was inserted (migration 0006)."""

    def __init__(self, engine: Engine, ring: Callable[[str], None], stopping: threading.Event) -> None:
        self.engine, self.ring, self.stopping = engine, ring, stopping
        self.listening = False

    def run(self) -> None:
        driver = self.engine.dialect.loaded_dbapi
        while not self.stopping.is_set():
            try:
                self._listen()
            except (DBAPIError, driver.OperationalError) as error:
                log.error("PostgreSQL wakes nobody for now: %s", type(error).__name__)
            self.listening = False
            self.stopping.wait(5)

    def _listen(self) -> None:
        with self.engine.connect() as connection:
            connection.detach()  # it is ours until the end, and none of the pool's
            raw: Any = connection.connection.dbapi_connection
            raw.autocommit = True
            raw.execute(f"LISTEN {CHANNEL}")
            self.listening = True
            while not self.stopping.is_set():
                tables = {notice.payload for notice in raw.notifies(timeout=1, stop_after=1)}
                for table in tables:
                    self.ring(table)
                if tables:
                    self.stopping.wait(PAUSE)


class Lookout:
    """Calls `look` when something was written into an SQLite database, by whatever process."""

    def __init__(self, engine: Engine, look: Callable[[], None], stopping: threading.Event) -> None:
        self.gate, self.look, self.stopping = Gate(engine), look, stopping
        self.listening = False

    def run(self) -> None:
        while not self.stopping.is_set():
            pause = LOOK
            try:
                if self.gate.opened():
                    self.look()
                    self.gate.looked()
                    pause = PAUSE
                self.listening = True
            except (sqlite3.Error, SQLAlchemyError) as error:
                log.error("SQLite wakes nobody for now: %s", type(error).__name__)
                self.gate.close()
                self.listening, pause = False, 5.0
            self.stopping.wait(pause)
        self.gate.close()
