"""Recovery: conversations are compared with Meta's, and what no delivery brought is brought in."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, insert, literal_column, select
from sqlalchemy.orm import contains_eager, selectinload

from ..db import db, utcnow
from ..gateways.models import Gateway
from ..pages.models import Grant, Page
from ..tasks import every
from ..users.models import User
from .models import Comparison, Recovery

log = logging.getLogger(__name__)

REASONS = {
    "asked": "Somebody asked for it",
    "unsubscribed": "Meta had stopped delivering",
    "unavailable": "Deliveries could not be kept",
    "stood_still": "webgateway stood still",
}
REMEMBERED = timedelta(days=90)
WAITING: ColumnElement[str] = literal_column("'waiting'")
"""Written out, not a parameter: only so do the databases see that the small indexes suffice."""


def start(
    gateway: Gateway,
    since: datetime,
    pages: Sequence[Page] | None = None,
    reason: str = "asked",
    user: User | None = None,
) -> Recovery | None:
    """Of all the gateway's pages, or of these. What is under way already covers this time, too, from then on.
    None: there is nothing to compare. The caller commits."""
    db.session.execute(select(Gateway.id).where(Gateway.id == gateway.id).with_for_update(key_share=True))
    wanted = [(page.id, channel) for page in _pages(gateway, pages) for channel in channels(page)]
    under_way = _under_way(gateway)
    asked_for = set(wanted)
    for comparison in under_way:
        if (comparison.page_id, comparison.channel) in asked_for:
            comparison.since, comparison.until = min(since, comparison.since), utcnow()
            comparison.cursor = None
    there = {(comparison.page_id, comparison.channel) for comparison in under_way}
    new = [each for each in wanted if each not in there]
    if not new:
        return under_way[-1].recovery if wanted else None
    recovery = Recovery(gateway_id=gateway.id, user_id=user.id if user else None, reason=reason, since=since)
    db.session.add(recovery)
    db.session.flush()
    now = utcnow()
    values = {"recovery_id": recovery.id, "since": since, "until": now, "next_try_at": now}
    rows = [{**values, "page_id": page_id, "channel": channel} for page_id, channel in new]
    db.session.execute(insert(Comparison), rows)
    log.info("recovery begun", extra={"recovery": recovery.id, "comparisons": len(rows), "reason": reason})
    return recovery


def channels(page: Page) -> list[str]:
    """Those whose messages we want; Instagram's come with the page's unless they are muted. Contract 3.6."""
    heard = page.messenger_wanted and page.instagram_usable and not page.instagram_muted
    found = ["messenger"] if page.messenger_wanted else []
    return [*found, "instagram"] if page.instagram_id and (page.instagram_wanted or heard) else found


@every(hour="4", minute="20")
def forget() -> None:
    """What recoveries did long ago. What they brought in stays."""
    going_on = select(Comparison.recovery_id).where(Comparison.state == WAITING)
    old = delete(Recovery).where(Recovery.created_at < utcnow() - REMEMBERED, Recovery.id.not_in(going_on))
    db.session.execute(old.execution_options(synchronize_session=False))
    db.session.commit()


def _pages(gateway: Gateway, some: Sequence[Page] | None) -> Sequence[Page]:
    query = Page.connected_to(gateway).options(selectinload(Page.grants).joinedload(Grant.account))
    if some is not None:
        query = query.where(Page.id.in_([page.id for page in some]))
    return db.session.scalars(query.order_by(Page.id)).all()


def _under_way(gateway: Gateway) -> Sequence[Comparison]:
    return db.session.scalars(
        select(Comparison)
        .join(Comparison.recovery)
        .options(contains_eager(Comparison.recovery))
        .where(Comparison.state == WAITING, Recovery.gateway_id == gateway.id)
        .order_by(Comparison.id)
        .with_for_update(of=Comparison)
    ).all()
