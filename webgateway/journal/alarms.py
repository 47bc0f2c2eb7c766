"""What stands on every page of those who may read the journal: dead letters, and a worker that is missing."""

from flask import Blueprint
from sqlalchemy import exists, func, select

from ..conversations.models import Part
from ..db import db
from ..heartbeat import worker_seen_lately
from ..tenants.models import Tenant
from .models import Delivery, Event

MOST = 99
"""Counted no further: the journal tells how many there are."""


def init_app(blueprint: Blueprint) -> None:
    blueprint.app_context_processor(
        lambda: {
            "dead_letters": dead_letters,
            "most_dead_letters": MOST,
            "work_stands_still": work_stands_still,
        }
    )


def dead_letters(tenant: Tenant) -> int:
    """Events and deliveries given up after all attempts, at most MOST + 1. One query."""
    events = select(Event.id).where(Event.tenant_id == tenant.id, Event.outcome == "failed")
    # The first condition says nothing new, but is the one of ix_deliveries_unread.
    deliveries = select(Delivery.id).where(
        Delivery.state != "read", Delivery.tenant_id == tenant.id, Delivery.state == "failed"
    )
    counts = [
        select(func.count()).select_from(found.limit(MOST + 1).subquery()).scalar_subquery()
        for found in (events, deliveries)
    ]
    return min(sum(db.session.execute(select(*counts)).one()), MOST + 1)


def work_stands_still() -> bool:
    """Something waits and no worker was seen lately. One query where there is one."""
    if worker_seen_lately():
        return False
    waiting = (Delivery.state == "waiting", Event.outcome == "waiting", Part.state == "waiting")
    return any(db.session.scalar(select(exists().where(one))) for one in waiting)
