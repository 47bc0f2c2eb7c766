"""Reads a delivery: splits it into events, each a row with its page. The row is the job."""

import logging
from datetime import timedelta

from sqlalchemy import select, update

from .. import metrics
from ..db import db, looking, utcnow
from ..meta import events
from ..pages.models import Page
from .models import Delivery, Event

log = logging.getLogger(__name__)

BACK_OFF = [
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
]

UNKNOWN_PAGE = "No page of this gateway has this id."


def claim() -> int | None:
    with looking():
        return db.session.scalar(
            select(Delivery.id)
            .where(Delivery.state == "waiting", Delivery.next_try_at <= utcnow())
            .order_by(Delivery.id)
            .limit(1)
        )


def work(delivery_id: int) -> None:
    """Parse outside of a transaction, then write all events at once; a second worker finds it read."""
    with looking():
        delivery = db.session.get_one(Delivery, delivery_id)
        body = delivery.body
    try:
        found = events.parse(body)
    except events.NotADelivery as error:
        _finish(delivery_id, "failed", f"This is not a delivery of Meta's: {error}")
        log.warning("delivery failed: it is not one of Meta's", extra={"delivery": delivery_id})
    else:
        if _finish(delivery_id, "read"):
            _keep(delivery, found)
            log.info("delivery read", extra={"delivery": delivery_id, "events": len(found)})
    db.session.commit()


def fail(delivery_id: int, error: Exception) -> None:
    """Our own defect: tried again with growing pauses, then failed, kept and shown."""
    delivery = db.session.get_one(Delivery, delivery_id)
    delivery.error = f"{type(error).__name__}"
    if not put_off(delivery):
        delivery.state = "failed"
    db.session.commit()


def put_off(job: Delivery | Event) -> bool:
    """Count the attempt and name the next; False when there have been enough."""
    again = job.attempts < len(BACK_OFF)
    if again:
        job.next_try_at = utcnow() + BACK_OFF[job.attempts]
    job.attempts += 1
    return again


def _finish(delivery_id: int, state: str, error: str | None = None) -> bool:
    result = db.session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == "waiting")
        .values(state=state, error=error)
        .execution_options(synchronize_session=False)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]


def _keep(delivery: Delivery, found: list[events.Event]) -> None:
    pages = pages_by_meta_id(delivery.gateway_id, {event.account_id for event in found})
    for event in found:
        page = pages.get(event.account_id)
        reason = event.ignored or (None if page else UNKNOWN_PAGE)
        if reason:
            metrics.events.labels("ignored").inc()
        db.session.add(
            Event(
                tenant_id=delivery.tenant_id,
                delivery_id=delivery.id,
                gateway_id=delivery.gateway_id,
                page_id=page.id if page else None,
                position=event.position,
                kind=event.kind,
                channel=event.channel,
                account_id=event.account_id,
                user_id=event.user_id,
                mid=event.mid,
                occurred_at=event.at,
                dedupe_key=event.dedupe_key,
                talk=f"{delivery.gateway_id}:{event.account_id}:{event.user_id or ''}",
                outcome="ignored" if reason else "waiting",
                reason=reason,
                done_at=utcnow() if reason else None,
            )
        )


def pages_by_meta_id(gateway_id: int, account_ids: set[str]) -> dict[str, Page]:
    """The gateway's pages by Meta's ids: the page's own, and its Instagram account's."""
    query = select(Page).where(Page.gateway_id == gateway_id, Page.removed_at.is_(None))
    by_page = {page.meta_id: page for page in db.session.scalars(query.where(Page.meta_id.in_(account_ids)))}
    by_instagram = {
        page.instagram_id: page
        for page in db.session.scalars(query.where(Page.instagram_id.in_(account_ids)))
    }
    return {**{key: page for key, page in by_instagram.items() if key}, **by_page}
