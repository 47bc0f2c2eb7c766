"""What stands on every page of those who may read the journal: dead letters, and a worker that is missing."""

from dataclasses import dataclass

from flask import Blueprint
from sqlalchemy import Integer, Select, bindparam, exists, func, select

from ..conversations.models import WAITING as WAITING_PART
from ..conversations.models import Part
from ..db import db
from ..heartbeat import Heartbeat, is_lately
from ..tenants.models import Tenant
from .models import FAILED, NOT_READ, UNREAD, WAITING, Delivery, Event

MOST = 99
"""Dead letters are counted no further: the journal tells how many there are."""


@dataclass(frozen=True)
class Alarms:
    dead_letters: int
    """Events and deliveries given up after all attempts, at most MOST + 1."""
    work_stands_still: bool
    """Something waits and no worker was seen lately."""


def init_app(blueprint: Blueprint) -> None:
    blueprint.app_context_processor(lambda: {"alarms": alarms, "most_dead_letters": MOST})


def alarms(tenant: Tenant) -> Alarms:
    """One query."""
    asked = {"tenant_id": tenant.id, "enough": MOST + 1}
    events, deliveries, seen_at, *waits = db.session.execute(LOOK, asked).one()
    return Alarms(min(events + deliveries, MOST + 1), any(waits) and not is_lately(seen_at))


def _count(failed: Select[int]):  # type: ignore[no-untyped-def]
    some = failed.limit(bindparam("enough", type_=Integer)).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


_MINE = bindparam("tenant_id", type_=Integer)
# Where there is an index of these rows alone, the condition is that index's own, word for word.
LOOK = select(
    _count(select(Event.id).where(FAILED, Event.tenant_id == _MINE)),
    _count(select(Delivery.id).where(NOT_READ, Delivery.tenant_id == _MINE, Delivery.state == "failed")),
    select(func.max(Heartbeat.seen_at)).scalar_subquery(),
    exists(select(Delivery.id).where(UNREAD)),
    exists(select(Event.id).where(WAITING)),
    exists(select(Part.id).where(WAITING_PART)),
)
"""Of everybody's, but for the first two; written once, because every page asks."""
