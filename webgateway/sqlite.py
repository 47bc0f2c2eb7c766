"""SQLite's manners: a log that survives a power cut, foreign keys, and one writer at a time, in turn."""

import fcntl
import os
import sqlite3
import threading
from collections import deque
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from .intent import goes_first, only_reads

PATIENCE = 10.0
"""Seconds a writer waits for its turn before the database counts as locked."""

IN_A_ROW = 4
"""Of those who go first while others wait: however much is delivered, answers leave."""

CACHE = 512
"""KiB of each connection, of which every thread has one; the system caches the file for all of them."""


class PriorityLock:
    """A lock that passes from thread to thread: to those who go first (intent.first) before all others, who
    come in between all the same."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.held = False
        self.ahead = 0
        self.first: deque[threading.Lock] = deque()
        self.others: deque[threading.Lock] = deque()

    def take(self) -> bool:
        """False when it did not come within PATIENCE."""
        line = self.first if goes_first() else self.others
        with self.lock:
            if not self.held:
                self.held = True
                return True
            called = threading.Lock()
            called.acquire()
            line.append(called)
        if called.acquire(timeout=PATIENCE):
            return True
        with self.lock:
            if called in line:
                line.remove(called)
                return False
        return True

    def leave(self) -> None:
        with self.lock:
            if self.first and not (self.others and self.ahead >= IN_A_ROW):
                self.ahead = self.ahead + 1 if self.others else 0
                self.first.popleft().release()
            elif self.others:
                self.ahead = 0
                self.others.popleft().release()
            else:
                self.held = False


class Turn:
    """Whose turn it is to write: threads by a lock, processes by `flock` on a file beside the database.

    SQLite's own busy handler sleeps longer and longer, so that under load some writers starve; this lock
    wakes the next one at once. The system releases it when its holder is killed.
    """

    def __init__(self, database: str) -> None:
        self.path = Path(f"{database}-turn")
        self.threads = PriorityLock()
        self.opened: tuple[int, int] | None = None

    def take(self) -> bool:
        """False when it did not come within PATIENCE."""
        if not self.threads.take():
            return False
        try:
            fcntl.flock(self._file(), fcntl.LOCK_EX)
        except OSError:
            self.threads.leave()
            raise
        return True

    def leave(self) -> None:
        fcntl.flock(self._file(), fcntl.LOCK_UN)
        self.threads.leave()

    def _file(self) -> int:
        """A forked process opens its own: a shared one would be one lock for both."""
        if self.opened is None or self.opened[0] != os.getpid():
            self.opened = os.getpid(), os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        return self.opened[1]


class SQLiteConnection(sqlite3.Connection):
    """Holds its turn from `begin_to_write` to the end of the transaction, the wait for the disk included."""

    turn: Turn | None = None
    holds = False

    def begin_to_write(self) -> None:
        """Raises sqlite3.OperationalError when another writer does not come to an end."""
        if self.turn is not None and not self.holds:
            if not self.turn.take():
                raise sqlite3.OperationalError("database is locked")
            self.holds = True
        try:
            self.execute("BEGIN IMMEDIATE")
        except sqlite3.Error:
            self._leave()
            raise

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            self._leave()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._leave()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._leave()

    def _leave(self) -> None:
        """Not while a refused commit can still be tried again or rolled back."""
        if self.holds and self.turn is not None and not self._in_transaction():
            self.holds = False
            self.turn.leave()

    def _in_transaction(self) -> bool:
        try:
            return self.in_transaction
        except sqlite3.ProgrammingError:  # closed
            return False


def options() -> dict[str, Any]:
    """For create_engine."""
    return {"connect_args": {"factory": SQLiteConnection}}


def listen(engine: Engine) -> None:
    turn = Turn(engine.url.database or "")

    def prepare(connection: SQLiteConnection, _record: object) -> None:
        connection.turn = turn
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA cache_size = -{CACHE}")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)


def begin(connection: Connection) -> None:
    """Take the write lock at once where we may write: a reader that turns writer later cannot wait for it."""
    if only_reads():
        connection.exec_driver_sql("BEGIN")
        return
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, SQLiteConnection)
    try:
        raw.begin_to_write()
    except sqlite3.OperationalError as error:
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error
