"""Lets events take effect in their conversations, once, each in the order of its talk. The row is the job."""

import logging
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import bindparam, literal, select
from sqlalchemy.orm import joinedload

from .. import logs, metrics
from ..conversations import incoming, profiles
from ..conversations.models import Conversation
from ..conversations.talks import Talks
from ..db import db, looking, rows, utcnow
from ..flows.models import Flow
from ..gateways.models import Gateway
from ..meta import events
from ..pages.models import Page
from . import erasing
from .models import Delivery, Event
from .waiting import IDS, InHand, Waiting

MOST = {"sqlite": 40, "postgresql": 120}
"""Events in one transaction. On SQLite the door waits while they take effect: it is over in a moment."""

waiting = Waiting(Event, Event.outcome, Event.reason, Event.talk, literal(1), max(MOST.values()))
renew, waits = waiting.renew, waiting.waits

Key = tuple[int, str]
"""Gateway and dedupe key: the same happening, however often Meta delivers it."""

log = logging.getLogger(__name__)


def claim() -> InHand | None:
    return waiting.claim(MOST[db.engine.dialect.name])


def work(job: InHand) -> None:
    """Effects and outcomes are one transaction."""
    parsed, pages = _brought(job)
    held = waiting.held(job)
    taken = _taken_before(held)
    found = [(event, pages.get(event.page_id)) for event in held]
    talks = Talks((parsed[event.id], page) for event, page in found if page)
    withdrawn = set()
    for event, page in found:
        with logs.bound(delivery=event.delivery_id, event=event.id):
            outcome = _take(event, parsed[event.id], page, talks, taken)
        if outcome.withdrawn:
            withdrawn.add((event.tenant_id, outcome.withdrawn))
        event.outcome, event.reason = outcome.outcome, outcome.reason
        event.conversation = outcome.conversation
        event.done_at, event.leased_until = utcnow(), None
    erasing.erase(withdrawn)
    db.session.commit()
    for event in held:
        _tell(event)
    _look_up_strangers([event.conversation for event in held if event.conversation])


def fail(job: InHand, error: Exception) -> None:
    """Our own defect: tried again with growing pauses, then failed, kept and shown."""
    waiting.fail(job, error, f"It could not be worked on ({type(error).__name__}).")


def _tell(event: Event) -> None:
    metrics.events.labels(event.outcome).inc()
    ids = {"delivery": event.delivery_id, "event": event.id, "conversation": event.conversation_id}
    log.info("event taken", extra={**ids, "kind": event.kind, "outcome": event.outcome})


def _take(
    event: Event, parsed: events.Event, page: Page | None, talks: Talks, taken: set[Key]
) -> incoming.Outcome:
    if page is None:
        return incoming.Outcome("ignored", "The page is no longer connected.")
    key = event.gateway_id, event.dedupe_key
    if key in taken:
        return incoming.Outcome("duplicate", "Meta delivered this before.", event.conversation)
    outcome = incoming.take(parsed, page, talks)
    if outcome.outcome == "done":
        taken.add(key)
    return outcome


def _taken_before(held: Sequence[Event]) -> set[Key]:
    """Of the keys of these events, those that took effect."""
    gateways, keys = {event.gateway_id for event in held}, {event.dedupe_key for event in held}
    done = rows(_done(), {"gateways": list(gateways), "keys": list(keys)})
    return {(gateway_id, key) for gateway_id, key in done}


# Queries are made once: they are asked for each batch.
@cache
def _done() -> Any:
    gateways: Any = bindparam("gateways", expanding=True)
    keys: Any = bindparam("keys", expanding=True)
    done = Event.gateway_id.in_(gateways), Event.dedupe_key.in_(keys), Event.outcome == "done"
    return select(Event.gateway_id, Event.dedupe_key).where(*done)


@cache
def _places() -> Any:
    return select(Event.id, Event.position, Event.delivery_id, Event.page_id).where(Event.id.in_(IDS))


@cache
def _pages() -> Any:
    gateway = joinedload(Page.gateway)
    live, shown = gateway.joinedload(Gateway.flow).joinedload(Flow.live), Gateway.without_secrets()
    pages = select(Page).where(Page.id.in_(IDS)).options(live, gateway.options(*shown))
    return pages.execution_options(populate_existing=True)


@cache
def _bodies() -> Any:
    return select(Delivery.id, Delivery.body).where(Delivery.id.in_(IDS))


def _look_up_strangers(conversations: Sequence[Conversation]) -> None:
    strangers = {one.contact_id for one in conversations if one.contact.profile_checked_at is None}
    if strangers:
        profiles.look_up.later(*sorted(strangers))


def _brought(job: InHand) -> tuple[dict[int, events.Event], dict[int | None, Page]]:
    """Each event as its delivery tells it, and the pages; outside of the transaction that writes."""
    with looking():
        found = rows(_places(), {"ids": job})
        bodies = rows(_bodies(), {"ids": [*{one.delivery_id for one in found}]})
        pages = db.session.scalars(_pages(), {"ids": [*{one.page_id for one in found}]}).all()
    parsed = {delivery_id: _parse(body) for delivery_id, body in bodies}
    told = {one.id: parsed[one.delivery_id][one.position] for one in found}
    return told, {page.id: page for page in pages}


@lru_cache(maxsize=2)
def _parse(body: bytes) -> list[events.Event]:
    """Kept for the next batches: a delivery may hold a thousand."""
    return events.parse(body)
