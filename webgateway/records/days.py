"""Counts the days: what became of the conversations opened on each, for the figures.

A day's figures change as long as its conversations do, so days are counted anew as a whole. A day that was
missed is found by the next round: losing one costs nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select

from ..conversations.models import Conversation, Message
from ..db import db, looking, utcnow
from ..tasks import every
from ..tenants.models import Tenant
from .models import NEVER, Columns, Day

ENDS = ("", "agent", "flow", "bot", "idle", "other")
"""`Columns.how`: the first is of those that are open."""
DAY = timedelta(days=1)
AGAIN = 31
"""Days that are counted anew each night, whatever was noticed of them."""
LATE = timedelta(minutes=30)
"""Rounds overlap by so much."""


@every(minute="*/10")
def count_what_changed() -> None:
    for tenant_id in _tenants():
        for day in _changed(tenant_id):
            count(tenant_id, day)


@every(hour="2", minute="17")
def count_the_last_month() -> None:
    today = utcnow().date()
    for tenant_id in _tenants():
        for back in range(AGAIN):
            count(tenant_id, today - back * DAY)


def count(tenant_id: int, day: date) -> None:
    """Commits."""
    with looking():
        columns = _columns(tenant_id, day)
        known = db.session.scalar(select(Day.id).where(Day.tenant_id == tenant_id, Day.day == day))
    if not len(columns) and known is None:
        return
    told = db.session.scalar(select(Day).where(Day.tenant_id == tenant_id, Day.day == day).with_for_update())
    if told is None:
        told = Day(tenant_id=tenant_id, day=day)
        db.session.add(told)
    told.columns, told.counted_at = columns, utcnow()
    told.still_open = columns.how.tobytes().count(0)
    db.session.commit()


def _columns(tenant_id: int, day: date) -> Columns:
    columns = Columns()
    said = _said_in(tenant_id, day)
    for talk in db.session.execute(_opened_on(tenant_id, day)):
        for name, value in _entry(talk, said, _moment(day)):
            columns.column(name).append(value)
    return columns


def _entry(talk: Row[Any], said: Counter[tuple[int, bool]], began: datetime) -> Iterator[tuple[str, int]]:
    yield "opened", _seconds(began, talk.opened_at)
    yield from (("page", talk.page_id), ("flow", talk.flow_id or 0))
    yield from (("queue", talk.queue_id or 0), ("agent", talk.agent_id or 0))
    yield from (("came", said[talk.id, True]), ("went", said[talk.id, False]))
    yield "answer", _seconds(talk.opened_at, talk.answered_at)
    abandoned = gave_up(talk)
    waited = talk.waited_seconds + (_seconds(talk.queued_at, talk.closed_at) if abandoned else 0)
    yield "waited", NEVER if talk.queued_at is None else waited
    yield "lasted", _seconds(talk.opened_at, talk.closed_at)
    ended = talk.closed_how if talk.closed_how in ENDS else "other"
    yield "how", ENDS.index(ended or "other") if talk.closed_at else 0
    yield from (("offline", int(talk.offline_at is not None)), ("abandoned", int(abandoned)))


def gave_up(talk: Any) -> bool:
    """Handed over to agents, and nobody's until the end."""
    waited = talk.queued_at is not None and talk.assigned_at is None and talk.answered_at is None
    return waited and talk.closed_at is not None


def _opened_on(tenant_id: int, day: date) -> Select[Any]:
    names = (
        *("id", "opened_at", "page_id", "flow_id", "queue_id", "agent_id", "answered_at", "queued_at"),
        *("waited_seconds", "assigned_at", "closed_at", "closed_how", "offline_at"),
    )
    columns = [getattr(Conversation, name) for name in names]
    return _of_day(select(*columns), tenant_id, day).order_by(Conversation.opened_at, Conversation.id)


def _said_in(tenant_id: int, day: date) -> Counter[tuple[int, bool]]:
    """Messages by conversation and whether they came from the customer."""
    talk, author = Message.conversation_id, Message.author
    counted: Any = select(talk, author, func.count()).join(Message.conversation)
    counted = counted.where(author != "note").group_by(talk, author)
    said: Counter[tuple[int, bool]] = Counter()
    for talk_id, by, number in db.session.execute(_of_day(counted, tenant_id, day)):
        said[talk_id, by == "customer"] += number
    return said


def _of_day(query: Select[Any], tenant_id: int, day: date) -> Select[Any]:
    opened_at = Conversation.opened_at
    return query.where(
        Conversation.tenant_id == tenant_id, opened_at >= _moment(day), opened_at < _moment(day + DAY)
    )


def _changed(tenant_id: int) -> list[date]:
    """Days never counted, the newest first; and before them those with conversations in which something was
    said since the last round, or that were opened or closed."""
    with looking():
        days_known = select(Day.day, Day.still_open).where(Day.tenant_id == tenant_id)
        known = {row.day: row.still_open for row in db.session.execute(days_known)}
        last = db.session.scalar(select(func.max(Day.counted_at)).where(Day.tenant_id == tenant_id))
        mine = select(Conversation.opened_at).where(Conversation.tenant_id == tenant_id)
        first = db.session.scalar(mine.with_only_columns(func.min(Conversation.opened_at)))
        if first is None:
            return []
        never = _days(first.date(), min(known, default=utcnow().date() + DAY))
        if last is None:
            return never
        spoken = db.session.scalars(mine.where(Conversation.last_message_at >= last - LATE))
        days = {opened_at.date() for opened_at in spoken}
        still_open = _count(db.session.scalars(mine.where(Conversation.closed_at.is_(None))))
    days |= {day for day in {*known, *still_open} if known.get(day, 0) != still_open[day]}
    return [*sorted(days.difference(never)), *never]


def _count(moments: Iterable[datetime]) -> Counter[date]:
    return Counter(moment.date() for moment in moments)


def _days(first: date, before: date) -> list[date]:
    """The newest first."""
    return [before - number * DAY for number in range(1, (before - first).days + 1)]


def _tenants() -> list[int]:
    with looking():
        return list(db.session.scalars(select(Tenant.id).order_by(Tenant.id)))


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _seconds(since: datetime, until: datetime | None) -> int:
    return NEVER if until is None else max(0, round((until - since).total_seconds()))
