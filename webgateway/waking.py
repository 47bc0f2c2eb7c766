"""Wakes the worker's threads when there is work; without it they look for themselves, only later."""

import logging
import threading
from collections.abc import Mapping

from psycopg import Connection, OperationalError
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from .db import db

log = logging.getLogger("webgateway.worker")

CHANNEL = "webgateway"
WAITING = "tables in which something waits"


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
    """Those who wait hear each ring, also one that came just before they began to wait."""

    def __init__(self) -> None:
        self.condition = threading.Condition()
        self.rings = 0

    def ring(self) -> None:
        with self.condition:
            self.rings += 1
            self.condition.notify_all()

    def wait(self, heard: int, seconds: float) -> None:
        """Until it has rung more often than `heard`, at most `seconds`."""
        with self.condition:
            self.condition.wait_for(lambda: self.rings != heard, seconds)


class Listener:
    """Rings the bell of a table into which PostgreSQL says something was inserted (migration 0006)."""

    def __init__(self, engine: Engine, bells: Mapping[str, Bell], stopping: threading.Event) -> None:
        self.engine, self.bells, self.stopping = engine, bells, stopping
        self.listening = False

    def run(self) -> None:
        while not self.stopping.is_set():
            try:
                self._listen()
            except (DBAPIError, OperationalError) as error:
                log.error("PostgreSQL wakes nobody for now: %s", type(error).__name__)
            self.listening = False
            self.stopping.wait(5)

    def _listen(self) -> None:
        with self.engine.connect() as connection:
            connection.detach()  # it is ours until the end, and none of the pool's
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, Connection)
            raw.autocommit = True
            raw.execute(f"LISTEN {CHANNEL}")
            self.listening = True
            while not self.stopping.is_set():
                for notice in raw.notifies(timeout=1):
                    if notice.payload in self.bells:
                        self.bells[notice.payload].ring()
