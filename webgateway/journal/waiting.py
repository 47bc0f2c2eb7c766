"""Rows that wait for a worker: claimed in their order, leased, put off, given up. The row is the job."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    SQLColumnExpression,
    Update,
    bindparam,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import InstrumentedAttribute, aliased

from ..db import NOW, UTCDateTime, db, glance, passing, put, rows, utcnow
from ..leases import LEASE
from .models import Delivery, Event

log = logging.getLogger(__name__)

BACK_OFF = [
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
]

ONE_OF_SEVERAL = "Tried together with others, one of which could not be worked on."
HELD_TOO_LONG = "The worker that had it in hand did not come to an end."

Kept = TypeVar("Kept", Delivery, Event)


InHand = Sequence[int]
"""Ids of rows that one worker holds, in their order."""

IDS: Any = bindparam("ids", expanding=True)
MOST: Any = bindparam("most", type_=Integer)
END: Any = bindparam("end", type_=UTCDateTime())


class Waiting(Generic[Kept]):
    """The rows of `table` whose `state` is waiting.

    Rows of the same `line` are worked on one after another, however many workers there are; one that is put
    off holds nobody up. What is claimed at once weighs no more than `heaviest`.
    """

    def __init__(
        self,
        table: type[Kept],
        state: InstrumentedAttribute[str],
        reason: InstrumentedAttribute[str | None],
        line: InstrumentedAttribute[Any],
        weight: SQLColumnExpression[int],
        heaviest: int,
    ) -> None:
        self.table: type[Kept] = table
        self.state, self.reason, self.line, self.weight = state, reason, line, weight
        self.heaviest = heaviest

    def claim(self, most: int) -> InHand | None:
        """The oldest that are due, of lines in which no other worker holds any. Commits."""
        with glance() as connection:
            due, lapsed = connection.execute(self._some, {"now": utcnow()}).one()
        if not due and not lapsed:
            return None
        if lapsed:
            self._sweep()
        found = rows(self._first, {"now": utcnow(), "most": most})
        batch = self._batch(found, self._free([row.id for row in found]))
        self._lease(batch, utcnow() + LEASE)
        db.session.commit()
        return batch or None

    def held(self, job: InHand) -> Sequence[Kept]:
        """All rows of the job, locked; or none, when another worker had a hand in it: then what it left goes
        back, because it may come after what the other one holds. Waits for whoever just renews the lease."""
        held = db.session.scalars(self._held, {"ids": job}).all()
        if len(held) == len(job):
            return held
        self._lease([row.id for row in held], None)
        return []

    def renew(self, job: InHand) -> None:
        """What a worker is just writing to is locked, and so nobody takes it. Commits."""
        still = db.session.scalars(self._locked(self.table.leased_until.is_not(None)), {"ids": job})
        self._lease(still.all(), utcnow() + LEASE)
        db.session.commit()

    def fail(self, job: InHand, error: Exception, reason: str) -> None:
        """Put off the row that failed; of several, which nobody knows, each is tried alone. A database that
        took no work for now blames nobody. Commits."""
        held = db.session.scalars(self._held, {"ids": job}).all()
        for row in held:
            row.leased_until = None
            if isinstance(error, OperationalError) and passing(error):
                continue
            if len(held) == 1:
                self._put_off(row, utcnow(), reason)
            else:
                setattr(row, self.reason.key, ONE_OF_SEVERAL)
        db.session.commit()

    def waits(self) -> ColumnElement[bool]:
        """Whether something may be due `now`."""
        return or_(exists(self._due.limit(1)), exists(select(1).where(*self._lapsed)))

    @cached_property
    def _some(self) -> Any:
        """Made once, as what follows: every worker asks it again and again."""
        return select(exists(self._due.limit(1)), exists(select(1).where(*self._lapsed)))

    @cached_property
    def _first(self) -> Select[Any]:
        return self._due.limit(MOST)

    @cached_property
    def _held(self) -> Select[Any]:
        waiting = select(self.table).where(self.table.id.in_(IDS), self.state == "waiting")
        waiting = waiting.order_by(self.table.id).with_for_update(of=self.table)
        return waiting.execution_options(populate_existing=True)

    @cached_property
    def _leasing(self) -> Update:
        these = update(self.table).where(self.table.id.in_(IDS), self.state == "waiting")
        return these.values(leased_until=END)

    @cached_property
    def _due(self) -> Select[Any]:
        held = aliased(self.table)
        held_lines = select(getattr(held, self.line.key)).where(
            getattr(held, self.state.key) == "waiting", held.leased_until.is_not(None)
        )
        return (
            select(
                self.table.id,
                self.line.label("line"),
                self.weight.label("weight"),
                self.reason.is_not(None).label("doubtful"),
            )
            .where(self.state == "waiting", self.table.next_try_at <= NOW)
            .where(self.table.leased_until.is_(None), self.line.not_in(held_lines))
            .order_by(self.table.id)
        )

    @cached_property
    def _lapsed(self) -> list[ColumnElement[bool]]:
        return [self.state == "waiting", self.table.leased_until < NOW]

    def _sweep(self) -> None:
        """A lease that ran out was an attempt. Its pause counts from the last sign of life, so that after the
        first ones the row is due at once and still comes before the later ones of its line."""
        lapsed = select(self.table).where(*self._lapsed).with_for_update(skip_locked=True)
        lapsed = lapsed.execution_options(populate_existing=True)
        for row in db.session.scalars(lapsed, {"now": utcnow()}):
            assert row.leased_until is not None
            self._put_off(row, row.leased_until - LEASE, HELD_TOO_LONG)
        db.session.flush()

    def _put_off(self, row: Kept, since: datetime, reason: str) -> None:
        setattr(row, self.reason.key, reason)
        row.leased_until = None
        if row.attempts < len(BACK_OFF):
            row.next_try_at = since + BACK_OFF[row.attempts]
        else:
            setattr(row, self.state.key, "failed")
            log.error("given up", extra={"table": self.table.__tablename__, "row": row.id})
        row.attempts += 1

    def _batch(self, found: Sequence[Row[Any]], locked: Iterable[int]) -> list[int]:
        """As many from the front as go together. One that was tried before comes alone: it takes nobody along
        when it fails again or kills the worker."""
        free, overtaken = set(locked), set()
        batch: list[int] = []
        weight = 0
        for row in found:
            weight += row.weight
            if row.id not in free or row.line in overtaken:
                overtaken.add(row.line)  # another worker was quicker with an earlier one
            elif batch and (row.doubtful or weight > self.heaviest):
                break
            else:
                batch.append(row.id)
                if row.doubtful:
                    break
        return batch

    def _free(self, ids: Sequence[int]) -> Sequence[int]:
        """Those that no other worker takes in this moment: locked. On SQLite nobody else writes meanwhile."""
        if db.engine.dialect.name == "sqlite":
            return ids
        return db.session.scalars(self._unleased, {"ids": ids}).all()

    @cached_property
    def _unleased(self) -> Select[Any]:
        return self._locked(self.table.leased_until.is_(None))

    def _locked(self, leased: ColumnElement[bool]) -> Select[Any]:
        these = select(self.table.id).where(self.table.id.in_(IDS), self.state == "waiting", leased)
        return these.with_for_update(skip_locked=True)

    def _lease(self, ids: Sequence[int], until: datetime | None) -> None:
        if ids:
            put(self._leasing, {"ids": ids, "end": until})
