"""Figures of days: of the conversations opened on each, where the viewer is, until their end."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ..db import db
from .days import DAY
from .models import Columns, Day
from .search import beginning
from .tally import Tally

KINDS = ("page", "flow", "queue", "agent")
AT_ONCE = 3
"""Days that are read together."""


@dataclass(frozen=True)
class Question:
    """From the day `since` to the day `until`, both included; `only`: ids by kind; `by`: one to compare."""

    since: date
    until: date
    zone: ZoneInfo
    only: dict[str, int]
    by: str = ""


class Figures:
    """By day, and with `asked.by` by the ids of that kind, the one with the most conversations first.

    The conversations of a day are let go before those of the next are looked at: there may be a million.
    """

    def __init__(self, tenant_id: int, asked: Question) -> None:
        self.asked = asked
        self.by_day = {day: Tally() for day in days(asked.since, asked.until)}
        self.counted_at: datetime | None = None
        whole = Columns()
        mine = select(Day.day, Day.columns, Day.counted_at).where(Day.tenant_id == tenant_id)
        told = mine.where(Day.day.between(*self._utc_days)).order_by(Day.day)
        for one in db.session.execute(told, execution_options={"yield_per": AT_ONCE}):
            self.counted_at = max(one.counted_at, self.counted_at or one.counted_at)
            for day, part in self._cut(one.day, narrowed(one.columns, asked.only)):
                self.by_day[day].add(Tally(part))
                if asked.by:
                    whole.extend(part)
        compared = [(one, Tally(some)) for one, some in _grouped(whole, asked.by)] if asked.by else []
        self.compared = sorted(compared, key=lambda one: (-one[1].conversations, one[0]))

    @cached_property
    def whole(self) -> Tally:
        return Tally.of(self.by_day.values())

    @property
    def _utc_days(self) -> tuple[date, date]:
        first, end = (beginning(day, self.asked.zone) for day in (self.asked.since, self.asked.until + DAY))
        return first.date(), (end - timedelta(seconds=1)).date()

    def _cut(self, day: date, columns: Columns) -> Iterator[tuple[date, Columns]]:
        """A UTC day at midnight where the viewer is."""
        began = datetime.combine(day, time(), UTC)
        for local in (day - DAY, day, day + DAY):
            if local in self.by_day:
                since, until = (beginning(one, self.asked.zone) - began for one in (local, local + DAY))
                first = bisect_left(columns.opened, since.total_seconds())
                last = bisect_left(columns.opened, until.total_seconds())
                if first < last:
                    yield local, columns.between(first, last)


def narrowed(columns: Columns, only: dict[str, int]) -> Columns:
    for kind, wanted in only.items():
        columns = columns.some([number for number, one in enumerate(columns.column(kind)) if one == wanted])
    return columns


def days(since: date, until: date) -> list[date]:
    return [since + number * DAY for number in range((until - since).days + 1)]


def _grouped(columns: Columns, kind: str) -> Iterator[tuple[int, Columns]]:
    ids = columns.column(kind)
    ordered = sorted(range(len(ids)), key=ids.__getitem__)
    for one, places in groupby(ordered, key=ids.__getitem__):
        yield one, columns.some(list(places))
