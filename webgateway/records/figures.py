"""Figures of days: of the conversations opened on each, where the viewer is, until their end."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ..db import db
from .days import DAY
from .models import Columns, Day
from .search import beginning
from .tally import Tally

KINDS = ("page", "flow", "queue", "agent")


@dataclass(frozen=True)
class Question:
    """From the day `since` to the day `until`, both included; `only`: ids by kind."""

    since: date
    until: date
    zone: ZoneInfo
    only: dict[str, int]


class Figures:
    def __init__(self, tenant_id: int, asked: Question) -> None:
        self.asked = asked
        self.parts: dict[date, list[Columns]] = {day: [] for day in days(asked.since, asked.until)}
        mine = select(Day.day, Day.columns, Day.counted_at).where(Day.tenant_id == tenant_id)
        told = db.session.execute(mine.where(Day.day.between(*self._utc_days)).order_by(Day.day)).all()
        self.counted_at = max((one.counted_at for one in told), default=None)
        for one in told:
            for day, part in self._cut(one.day, narrowed(one.columns, asked.only)):
                self.parts[day].append(part)

    @cached_property
    def by_day(self) -> dict[date, Tally]:
        return {day: Tally(parts) for day, parts in self.parts.items()}

    @cached_property
    def whole(self) -> Tally:
        return Tally.of(self.by_day.values())

    def by(self, kind: str) -> list[tuple[int, Tally]]:
        """By the ids of pages, flows, queues or agents, the one with the most conversations first."""
        whole = Columns()
        for part in (part for parts in self.parts.values() for part in parts):
            whole.extend(part)
        tallies = [(one, Tally([some])) for one, some in _grouped(whole, kind)]
        return sorted(tallies, key=lambda one: (-one[1].conversations, one[0]))

    @property
    def _utc_days(self) -> tuple[date, date]:
        first, end = (beginning(day, self.asked.zone) for day in (self.asked.since, self.asked.until + DAY))
        return first.date(), (end - timedelta(seconds=1)).date()

    def _cut(self, day: date, columns: Columns) -> Iterator[tuple[date, Columns]]:
        """A UTC day at midnight where the viewer is."""
        began = datetime.combine(day, time(), UTC)
        for local in (day - DAY, day, day + DAY):
            if local in self.parts:
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
    columns = columns.some(sorted(range(len(columns)), key=columns.column(kind).__getitem__))
    ids, first = columns.column(kind), 0
    while first < len(ids):
        last = bisect_right(ids, ids[first])
        yield ids[first], columns.between(first, last)
        first = last
