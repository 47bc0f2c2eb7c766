"""After an outage a recovery begins by itself.

What is known of outages: a page that Meta had unsubscribed, an app's webhook that pointed elsewhere,
deliveries that the door could not keep, a time without any worker. A gateway or page with `missed_since`
waits here for its recovery. A quiet page and a deaf one look alike: that nothing came proves nothing, and
begins nothing.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, literal_column, or_, select, update
from sqlalchemy.orm import contains_eager

from ..conversations import recovery
from ..db import db, looking, utcnow
from ..gateways.models import Gateway
from ..pages.models import Page
from ..tasks import every
from .models import Delivery, Event, Watch

log = logging.getLogger(__name__)

STILL = timedelta(minutes=15)
"""So long without a worker is an outage. Meta gives up on single deliveries soon: contract 6.4."""
EARLIER = timedelta(hours=1)
"""A recovery goes back so much further than the last delivery: Meta may have given up on some before it."""
FURTHEST = timedelta(days=30)
A_ROUND = 100
WAITING: ColumnElement[str] = literal_column("'waiting'")
"""Written out, not a parameter: only so do the databases see that the small indexes suffice."""


@every(minute="*")
def look() -> None:
    notice_standstill(utcnow())
    recover()


def notice_standstill(now: datetime) -> None:
    """Nothing of ours ran: perhaps the door was closed, too. Commits."""
    newest = select(Watch).order_by(Watch.seen_at.desc()).limit(1)
    watch = db.session.scalar(newest.with_for_update().execution_options(populate_existing=True))
    if watch is None:
        watch = Watch(seen_at=now)
        db.session.add(watch)
    seen_at, watch.seen_at = watch.seen_at, max(now, watch.seen_at)
    if now - seen_at > STILL:
        log.warning("no worker was at work", extra={"since": seen_at.isoformat()})
        missed = update(Gateway).where(Gateway.deleted_at.is_(None), Gateway.enabled)
        missed = missed.where(or_(Gateway.missed_since.is_(None), Gateway.missed_since > seen_at))
        db.session.execute(missed.values(missed_since=seen_at, missed_why="stood_still"))
    db.session.commit()


def recover() -> None:
    """Begin the recoveries that wait; each as soon as what was delivered before has taken effect, for that is
    not missing."""
    with looking():
        gateways = db.session.scalars(_gateways()).all()
        pages: defaultdict[Gateway, list[Page]] = defaultdict(list)
        for page in db.session.scalars(_pages()):
            pages[page.gateway].append(page)
        busy = _with_a_backlog({gateway.id for gateway in [*gateways, *pages]})
    for gateway in gateways:
        if gateway.id not in busy:
            _recover_gateway(gateway)
    for gateway, some in pages.items():
        if gateway.id not in busy:
            _recover_pages(gateway, some)


def _recover_gateway(gateway: Gateway) -> None:
    missed_since = gateway.missed_since or utcnow()
    last = select(Delivery.received_at).where(Delivery.gateway_id == gateway.id)
    last = last.where(Delivery.received_at < missed_since).order_by(Delivery.id.desc()).limit(1)
    since = _back(db.session.scalar(last) or gateway.created_at)
    recovery.start(gateway, since, reason=gateway.missed_why or "unsubscribed")
    done = update(Gateway).where(Gateway.id == gateway.id, Gateway.missed_since == missed_since)
    db.session.execute(done.values(missed_since=None, missed_why=None))
    db.session.commit()


def _recover_pages(gateway: Gateway, pages: Sequence[Page]) -> None:
    ids = [page.id for page in pages]
    last = (
        select(Delivery.received_at)
        .join(Event, Event.delivery_id == Delivery.id)
        .where(Event.page_id == Page.id, Delivery.received_at < Page.missed_since)
        .order_by(Event.id.desc())
        .limit(1)
        .correlate(Page)
        .scalar_subquery()
    )
    found = db.session.execute(select(Page.created_at, last).where(Page.id.in_(ids))).all()
    since = min(_back(delivered or created_at) for created_at, delivered in found)
    recovery.start(gateway, since, pages, "unsubscribed")
    db.session.execute(update(Page).where(Page.id.in_(ids)).values(missed_since=None))
    db.session.commit()


def _back(moment: datetime) -> datetime:
    return max(moment - EARLIER, utcnow() - FURTHEST)


def _gateways() -> Select[Gateway]:
    waiting = (Gateway.missed_since.is_not(None), Gateway.deleted_at.is_(None))
    return select(Gateway).where(*waiting).order_by(Gateway.missed_since).limit(A_ROUND)


def _pages() -> Select[Page]:
    waiting = (Page.missed_since.is_not(None), Page.removed_at.is_(None), Gateway.deleted_at.is_(None))
    found = select(Page).join(Page.gateway).where(*waiting).options(contains_eager(Page.gateway))
    return found.order_by(Page.missed_since).limit(A_ROUND)


def _with_a_backlog(gateway_ids: set[int]) -> set[int]:
    """What was put off after an attempt does not count: it may take hours."""
    unread = exists().where(Delivery.gateway_id == Gateway.id, Delivery.state == WAITING)
    untaken = exists().where(Event.gateway_id == Gateway.id, Event.outcome == WAITING)
    unread, untaken = unread.where(Delivery.attempts == 0), untaken.where(Event.attempts == 0)
    return set(
        db.session.scalars(select(Gateway.id).where(Gateway.id.in_(gateway_ids), or_(unread, untaken)))
    )
