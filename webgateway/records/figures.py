"""Figures of days: of the conversations opened on each, where the viewer is, until their end."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ..db import db
from .days import DAY, ENDS
from .models import Columns, Day
from .search import beginning

KINDS = ("page", "flow", "queue", "agent")


@dataclass
class Tally:
    """Lengths in seconds; `answers` of those that got one, `waits` of those that were handed over to agents,
    `lengths` of those that ended. `ends` counts by the index in ENDS."""

    conversations: int = 0
    came: int = 0
    went: int = 0
    offline: int = 0
    abandoned: int = 0
    answers: list[int] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=lambda: [0] * len(ENDS))

    def add(self, columns: Columns, first: int, last: int) -> None:
        """Those from `first` up to before `last`."""
        self.conversations += last - first
        self.came += sum(columns.came[first:last])
        self.went += sum(columns.went[first:last])
        self.offline += sum(columns.offline[first:last])
        self.abandoned += sum(columns.abandoned[first:last])
        for known, new in (
            (self.answers, columns.answer),
            (self.waits, columns.waited),
            (self.lengths, columns.lasted),
        ):
            known += [seconds for seconds in new[first:last] if seconds >= 0]
        how = columns.how[first:last]
        self.ends = [known + how.count(number) for number, known in enumerate(self.ends)]

    def merge(self, other: "Tally") -> None:
        for name in ("conversations", "came", "went", "offline", "abandoned"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("answers", "waits", "lengths"):
            getattr(self, name).extend(getattr(other, name))
        self.ends = [one + another for one, another in zip(self.ends, other.ends, strict=True)]

    def sort(self) -> None:
        """Before shares and middles are asked for."""
        for lengths in (self.answers, self.waits, self.lengths):
            lengths.sort()

    def answered_within(self, seconds: int) -> int:
        return bisect_right(self.answers, seconds)


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
        self.by_day = {day: Tally() for day in days(asked.since, asked.until)}
        told = (
            select(Day).where(Day.tenant_id == tenant_id, Day.day.between(*self._utc_days)).order_by(Day.day)
        )
        self.told = list(db.session.scalars(told))
        self.counted_at = max((one.counted_at for one in self.told), default=None)
        for one in self.told:
            self._count(one.day, narrowed(one.columns, asked.only))
        for tally in self.by_day.values():
            tally.sort()

    @cached_property
    def whole(self) -> Tally:
        whole = Tally()
        for tally in self.by_day.values():
            whole.merge(tally)
        whole.sort()
        return whole

    def by(self, kind: str) -> list[tuple[int, Tally]]:
        """By the ids of pages, flows, queues or agents, the one with the most conversations first."""
        tallies: dict[int, Tally] = {}
        for one in self.told:
            columns = narrowed(one.columns, self.asked.only)
            for first, last, _day in self._parts(one.day, columns):
                for number in range(first, last):
                    tally = tallies.setdefault(getattr(columns, kind)[number], Tally())
                    tally.add(columns, number, number + 1)
        for tally in tallies.values():
            tally.sort()
        return sorted(tallies.items(), key=lambda one: (-one[1].conversations, one[0]))

    @property
    def _utc_days(self) -> tuple[date, date]:
        first, end = (beginning(day, self.asked.zone) for day in (self.asked.since, self.asked.until + DAY))
        return first.date(), (end - timedelta(seconds=1)).date()

    def _count(self, day: date, columns: Columns) -> None:
        for first, last, local in self._parts(day, columns):
            self.by_day[local].add(columns, first, last)

    def _parts(self, day: date, columns: Columns) -> Iterator[tuple[int, int, date]]:
        """A UTC day cut at midnight where the viewer is."""
        began = datetime.combine(day, time(), UTC)
        for local in (day - DAY, day, day + DAY):
            if local in self.by_day:
                since, until = (beginning(one, self.asked.zone) - began for one in (local, local + DAY))
                first = bisect_left(columns.opened, since.total_seconds())
                last = bisect_left(columns.opened, until.total_seconds())
                if first < last:
                    yield first, last, local


def narrowed(columns: Columns, only: dict[str, int]) -> Columns:
    for kind, wanted in only.items():
        fitting = [number for number, one in enumerate(getattr(columns, kind)) if one == wanted]
        columns = Columns(
            **{
                name: [getattr(columns, name)[number] for number in fitting]
                for name in columns.__struct_fields__
            }
        )
    return columns


def days(since: date, until: date) -> list[date]:
    return [since + number * DAY for number in range((until - since).days + 1)]


def median(ordered: Sequence[int]) -> float | None:
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def percentile(ordered: Sequence[int], share: float) -> int | None:
    """The smallest that at least this share do not exceed."""
    return ordered[math.ceil(len(ordered) * share) - 1] if ordered else None


def most(values: Iterable[float | None]) -> float:
    return max((value for value in values if value is not None), default=0)
