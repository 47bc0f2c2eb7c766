"""Reads deliveries: splits each into events, each a row with its page. The row is the job."""

import logging
from functools import cache
from typing import Any

from sqlalchemy import Insert, bindparam, insert, select, union_all

from .. import metrics
from ..db import db, glance, put, rows, utcnow
from ..meta import events
from ..pages.models import Page
from .arrivals import Tally
from .models import Delivery, Event
from .waiting import IDS, InHand, Waiting

log = logging.getLogger(__name__)

UNKNOWN_PAGE = "No page of this gateway has this id."

MOST = 50

# A gateway's deliveries are read one after another: only so the ids of events tell their order.
waiting = Waiting(
    Delivery, Delivery.state, Delivery.error, Delivery.gateway_id, Delivery.size, heaviest=256 * 1024
)
renew, waits = waiting.renew, waiting.waits


def claim() -> InHand | None:
    return waiting.claim(MOST)


def work(job: InHand) -> None:
    """Parse outside of a transaction, then write all events at once; a second worker finds them read."""
    with glance() as connection:
        bodies = connection.execute(_bodies(), {"ids": job}).all()
    found = {delivery_id: _parsed(body) for delivery_id, body in bodies}
    held = waiting.held(job)
    tally, told = Tally(), []
    for delivery in held:
        of_it = _keep(delivery, found[delivery.id])
        tally.add(delivery, [event["page_id"] for event in of_it])
        told += of_it
    if told:
        put(_telling(), told)
    tally.write()
    db.session.commit()
    for delivery in held:
        _tell(delivery, found[delivery.id])


def fail(job: InHand, error: Exception) -> None:
    """Our own defect: tried again with growing pauses, then failed, kept and shown."""
    waiting.fail(job, error, type(error).__name__)


def _parsed(body: bytes) -> list[events.Event] | events.NotADelivery:
    try:
        return events.parse(body)
    except events.NotADelivery as error:
        return error


def _keep(delivery: Delivery, found: list[events.Event] | events.NotADelivery) -> list[dict[str, Any]]:
    """Its events' rows: each with its page's id, if it is one of ours."""
    delivery.leased_until = None
    if isinstance(found, events.NotADelivery):
        delivery.state, delivery.error = "failed", f"This is not a delivery of Meta's: {found}"
        return []
    delivery.state, delivery.error = "read", None
    if not found:
        return []
    pages = page_ids(delivery.gateway_id, {event.account_id for event in found})
    return [_row(delivery, event, pages.get(event.account_id)) for event in found]


def _tell(delivery: Delivery, found: list[events.Event] | events.NotADelivery) -> None:
    number = 0 if isinstance(found, events.NotADelivery) else len(found)
    log.info("delivery %s", delivery.state, extra={"delivery": delivery.id, "events": number})


def _row(delivery: Delivery, event: events.Event, page_id: int | None) -> dict[str, Any]:
    reason = event.ignored or (None if page_id else UNKNOWN_PAGE)
    if reason:
        metrics.events.labels("ignored").inc()
    return {
        "tenant_id": delivery.tenant_id,
        "delivery_id": delivery.id,
        "gateway_id": delivery.gateway_id,
        "page_id": page_id,
        "position": event.position,
        "kind": event.kind,
        "channel": event.channel,
        "account_id": event.account_id,
        "user_id": event.user_id,
        "mid": event.mid,
        "occurred_at": event.at,
        "dedupe_key": event.dedupe_key,
        "talk": f"{delivery.gateway_id}:{event.account_id}:{event.user_id or ''}",
        "outcome": "ignored" if reason else "waiting",
        "reason": reason,
        "done_at": utcnow() if reason else None,
    }


def page_ids(gateway_id: int, account_ids: set[str]) -> dict[str, int]:
    """Of the gateway's pages, by Meta's ids: the page's own, and its Instagram account's."""
    found = rows(_pages(), {"accounts": list(account_ids)})
    return {account_id: page_id for account_id, page_id, of in found if of == gateway_id}


# Queries are made once: they are asked for each delivery.
@cache
def _telling() -> Insert:
    return insert(Event)


@cache
def _pages() -> Any:
    """Of whatever gateway: asked for its own, the database would go through all of them."""
    accounts: Any = bindparam("accounts", expanding=True)
    connected = Page.removed_at.is_(None)
    names = (Page.instagram_id, Page.meta_id)
    return union_all(
        *(select(name, Page.id, Page.gateway_id).where(name.in_(accounts), connected) for name in names)
    )


@cache
def _bodies() -> Any:
    return select(Delivery.id, Delivery.body).where(Delivery.id.in_(IDS))
