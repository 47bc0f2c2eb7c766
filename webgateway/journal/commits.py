"""Commits shared by all who wait: what arrives while one is under way goes into the next."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

Row = TypeVar("Row")

MOST = 500
"""Rows in one commit; what waits beyond them goes into the one after it."""
REST = 0.006
"""Seconds from the beginning of a commit to the next: each costs the same, however few rows it has. Whoever
comes later than that waits for nobody."""


@dataclass(eq=False)
class Batch(Generic[Row]):
    """Rows of one commit. `done` comes true for all of them, with the places of those that were refused."""

    rows: list[Row] = field(default_factory=list)
    done: Future[frozenset[int]] = field(default_factory=Future)


@dataclass(frozen=True)
class Place(Generic[Row]):
    """One row's place in a batch."""

    batch: Batch[Row]
    number: int

    def kept(self, within: float = 0.0) -> bool:
        """Whether the row is committed, waiting that many seconds for it."""
        try:
            return self.number not in self.batch.done.result(within)
        except (TimeoutError, SQLAlchemyError):
            return False


class GroupCommit(Generic[Row]):
    """One thread writes for the whole process, one batch after another."""

    def __init__(self, write: Callable[[list[Row]], None]) -> None:
        """`write` commits all rows or raises SQLAlchemyError; it runs in the thread."""
        self.write = write
        self.changed = threading.Condition()
        self.waiting: list[Batch[Row]] = []
        self.thread: threading.Thread | None = None
        self.stopping = False

    def add(self, row: Row) -> Place[Row]:
        with self.changed:
            if self.thread is None:  # begun at the first row: a server forks before
                self.thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
                self.thread.start()
            if not self.waiting or len(self.waiting[-1].rows) >= MOST:
                self.waiting.append(Batch())
                self.changed.notify()
            batch = self.waiting[-1]
            batch.rows.append(row)
            return Place(batch, len(batch.rows) - 1)

    def stop(self) -> None:
        """The thread ends when nothing waits any more: an application that is given up keeps none behind."""
        with self.changed:
            self.stopping = True
            self.changed.notify()

    def _run(self) -> None:
        begun = -REST
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.waiting or self.stopping)
                if not self.waiting:
                    self.thread, self.stopping = None, False
                    return
            time.sleep(max(0.0, begun + REST - time.monotonic()))
            begun = time.monotonic()
            with self.changed:
                batch = self.waiting.pop(0)
            try:
                batch.done.set_result(self._commit(batch.rows))
            except SQLAlchemyError as error:
                batch.done.set_exception(error)

    def _commit(self, rows: list[Row]) -> frozenset[int]:
        """One row that the database refuses does not take its neighbours along."""
        try:
            self.write(rows)
        except IntegrityError:
            return frozenset(number for number, row in enumerate(rows) if not self._alone(row))
        return frozenset()

    def _alone(self, row: Row) -> bool:
        try:
            self.write([row])
        except IntegrityError:
            return False
        return True
