"""Whether it is silent where it is usually lively: the last hours against the same hours of earlier weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute

from ..db import db
from ..gateways.models import Gateway
from ..pages.models import Page
from .arrivals import HOUR, WEEK, WEEKS, Arrival, hour_of

LOOKED_BACK = 25
"""Hours: a day and the hour that has begun."""
ENOUGH_WEEKS = 2
LONG_ENOUGH = timedelta(hours=1)
MISSED, MANY_MISSED = 20, 100
"""Events that usually come in such a time. They come in clusters, a message with its receipts: a few say
nothing."""


@dataclass(frozen=True)
class Rhythm:
    """`last_at`: when the last event came. `missed`: how many usually come in the time since then, up to a
    day; None where too little is known. `pause`: the usual time between two now; None in a quiet hour.
    """

    last_at: datetime
    missed: float | None
    pause: timedelta | None

    def silent(self, now: datetime) -> bool:
        return (self.missed or 0) >= MISSED and now - self.last_at >= LONG_ENOUGH


def of_gateway(gateway_id: int, now: datetime) -> Rhythm | None:
    """Of all its events; None when none has come in the last weeks."""
    whole = Arrival.page_id.is_(None)
    return _rhythms(Gateway.id, Arrival.gateway_id, [gateway_id], now, whole).get(gateway_id)


def of_pages(page_ids: Sequence[int], now: datetime) -> dict[int, Rhythm]:
    return _rhythms(Page.id, Arrival.page_id, page_ids, now)


def _rhythms(
    whose: InstrumentedAttribute[int],
    owner: InstrumentedAttribute[Any],
    ids: Sequence[int],
    now: datetime,
    *narrowed: ColumnElement[bool],
) -> dict[int, Rhythm]:
    """Two queries: since and until when is known of each, and the hours that say what is usual."""
    theirs = select(Arrival.hour).where(owner == whose, *narrowed)
    ends = db.session.execute(
        select(whose, _first(theirs.order_by(Arrival.hour)), _first(_last(theirs))).where(whose.in_(ids))
    ).all()
    hours = [hour - WEEK * back for hour in _hours(now) for back in range(1, WEEKS + 1)]
    known = select(owner, Arrival.hour, Arrival.number).where(owner.in_(ids), *narrowed)
    earlier: dict[int, dict[datetime, int]] = {}
    for one, hour, number in db.session.execute(known.where(Arrival.hour.in_(hours))):
        earlier.setdefault(one, {})[hour] = number
    return {one: _rhythm(first, last, earlier.get(one, {}), now) for one, first, last in ends if last}


def _last(hours: Select[Any]) -> Select[Any]:
    return hours.with_only_columns(Arrival.last_at).order_by(Arrival.hour.desc())


def _first(of: Select[Any]) -> ColumnElement[Any]:
    return of.limit(1).correlate(Gateway, Page).scalar_subquery()


def _hours(now: datetime) -> list[datetime]:
    return [hour_of(now) - HOUR * back for back in range(LOOKED_BACK)]


def _rhythm(first: datetime, last_at: datetime, earlier: dict[datetime, int], now: datetime) -> Rhythm:
    weeks = [back for back in range(1, WEEKS + 1) if first <= hour_of(now) - WEEK * back - HOUR * LOOKED_BACK]
    if len(weeks) < ENOUGH_WEEKS:
        return Rhythm(last_at, None, None)
    usual = {hour: _usual([earlier.get(hour - WEEK * back, 0) for back in weeks]) for hour in _hours(now)}
    missed = sum(number * _share(hour, last_at, now) for hour, number in usual.items())
    number = usual[hour_of(now)]
    return Rhythm(last_at, missed, HOUR / number if number else None)


def _usual(numbers: list[int]) -> int:
    """The lower middle: one lively week makes no other look silent."""
    return sorted(numbers)[(len(numbers) - 1) // 2]


def _share(hour: datetime, last_at: datetime, now: datetime) -> float:
    """How much of the hour lies between the last event and now."""
    return max(min(now, hour + HOUR) - max(last_at, hour), timedelta()) / HOUR
