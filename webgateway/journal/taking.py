"""Lets an event take effect in its conversation, once, in the order of its talk. The row is the job."""

import logging
from functools import lru_cache

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from .. import logs, metrics
from ..conversations import incoming, profiles
from ..db import db, looking, utcnow
from ..meta import events
from .models import Delivery, Event
from .reading import put_off

log = logging.getLogger(__name__)


def claim() -> int | None:
    """The oldest waiting event whose talk has none before it; one that failed before holds nobody up."""
    earlier = aliased(Event)
    blocked = exists().where(
        earlier.talk == Event.talk, earlier.outcome == "waiting", earlier.id < Event.id, earlier.attempts == 0
    )
    with looking():
        return db.session.scalar(
            select(Event.id)
            .where(Event.outcome == "waiting", Event.next_try_at <= utcnow(), ~blocked)
            .order_by(Event.id)
            .limit(1)
        )


def work(event_id: int) -> None:
    """Effect and outcome are one transaction."""
    event = db.session.scalar(select(Event).where(Event.id == event_id).with_for_update(skip_locked=True))
    if event is None or event.outcome != "waiting":
        db.session.rollback()
        return
    with logs.bound(delivery=event.delivery_id, event=event.id):
        outcome = _take(event)
    event.outcome, event.reason = outcome.outcome, outcome.reason
    event.conversation = outcome.conversation
    event.done_at = utcnow()
    db.session.commit()
    tell(event)
    if outcome.conversation and outcome.conversation.contact.profile_checked_at is None:
        profiles.look_up.later(outcome.conversation.contact_id)


def fail(event_id: int, error: Exception) -> None:
    """Our own defect: tried again with growing pauses, then failed, kept and shown."""
    event = db.session.get_one(Event, event_id)
    if event.outcome != "waiting":
        return
    event.reason = f"It could not be worked on ({type(error).__name__})."
    if not put_off(event):
        event.outcome = "failed"
    db.session.commit()
    tell(event)


def tell(event: Event) -> None:
    if event.outcome != "waiting":
        metrics.events.labels(event.outcome).inc()
    ids = {"delivery": event.delivery_id, "event": event.id, "conversation": event.conversation_id}
    log.info("event taken", extra={**ids, "kind": event.kind, "outcome": event.outcome})


def _take(event: Event) -> incoming.Outcome:
    if event.page is None:
        return incoming.Outcome("ignored", "The page is no longer connected.")
    if _taken_before(event):
        return incoming.Outcome("duplicate", "Meta delivered this before.", event.conversation)
    parsed = _parsed(str(db.engine.url), event.delivery_id)[event.position]
    return incoming.take(parsed, event.page)


def _taken_before(event: Event) -> bool:
    return (
        db.session.scalar(
            select(Event.id)
            .where(Event.gateway_id == event.gateway_id, Event.dedupe_key == event.dedupe_key)
            .where(Event.outcome == "done", Event.id != event.id)
            .limit(1)
        )
        is not None
    )


@lru_cache(maxsize=16)
def _parsed(_database: str, delivery_id: int) -> list[events.Event]:
    """Kept for the neighbours of an event: a delivery may hold a thousand."""
    body = db.session.scalar(select(Delivery.body).where(Delivery.id == delivery_id))
    return events.parse(body or b"")
