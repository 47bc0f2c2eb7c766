"""Every ten minutes: the fields that Meta sends us of each page against those we want. Contract 3.4, 6.4.

Meta unsubscribes an app whose address fails for an hour, without a word; here it is subscribed again by
itself. What was switched off, here or by the page, stays off.
"""

import logging
import time
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, selectinload

from ..db import db, looking, utcnow
from ..gateways.models import Gateway
from ..meta import pages as meta_pages
from ..meta.errors import GraphError
from ..tasks import every
from .asking import ask, in_words
from .models import Grant, Page
from .subscribing import believe, subscribe, wanted_fields

log = logging.getLogger(__name__)

AT_ONCE = 500
"""Pages of one gateway that are asked about together: ten calls of 50."""
LONGEST = 240
"""Seconds of one round; the next one goes on with those not asked about for longest."""
AGAIN = timedelta(minutes=5)
"""No page is asked about twice in a round."""

UNSUBSCRIBED = "Meta had unsubscribed this page"
LEFT = (
    "The page removed this app at Meta, so its webhook subscription was switched off. Switch it on to "
    "receive its messages again."
)
PASSING = {"unreachable", "transient", "throttled"}
"""Kinds of refusal that say nothing of the page."""


@every(minute="*/10")
def compare() -> None:
    """All connected pages of enabled gateways, those not compared for longest first."""
    started = time.monotonic()
    while time.monotonic() - started < LONGEST:
        found = _next()
        if found is None:
            return
        reconcile(*found)


def reconcile(gateway: Gateway, pages: list[Page]) -> None:
    """See what Meta sends of each, mend what drifted. Commits; no transaction is open while Meta is asked."""
    truth = ask(gateway, pages, meta_pages.subscribed_fields_many)
    drifted = [page for page in pages if _drifted(page, truth.get(page.id))]
    silent = {page.id for page in drifted if not _heard(page)}
    db.session.commit()
    if not drifted:
        return
    reasons = subscribe(gateway, {page: wanted_fields(page) for page in drifted})
    for page in drifted:
        page.subscription_error = reasons.get(page.id)
        if page.id not in reasons:
            _mended(page, missed=page.id in silent)
    db.session.commit()


def _next() -> tuple[Gateway, list[Page]] | None:
    """Pages of one gateway, ours from now on: another worker's round takes others. Commits."""
    with looking():
        gateway_id = db.session.scalar(_due().with_only_columns(Page.gateway_id).limit(1))
    if gateway_id is None:
        return None
    some = _due().where(Page.gateway_id == gateway_id).limit(AT_ONCE)
    some = some.options(contains_eager(Page.gateway), selectinload(Page.grants).joinedload(Grant.account))
    locked = some.with_for_update(of=Page, skip_locked=True).execution_options(populate_existing=True)
    pages = list(db.session.scalars(locked))
    for page in pages:
        page.compared_at = utcnow()
    db.session.commit()
    return (pages[0].gateway, pages) if pages else None


def _due() -> Select[Page]:
    now = utcnow()
    return (
        select(Page)
        .join(Page.gateway)
        .where(Page.removed_at.is_(None), Gateway.deleted_at.is_(None), Gateway.enabled)
        .where(or_(Page.compared_at.is_(None), Page.compared_at < now - AGAIN))
        .where(or_(Gateway.calls_paused_until.is_(None), Gateway.calls_paused_until < now))
        .order_by(Page.compared_at.is_not(None), Page.compared_at, Page.id)
    )


def _drifted(page: Page, truth: set[str] | GraphError | None) -> bool:
    """Keep what Meta says; whether it is to be mended."""
    wanted = set(wanted_fields(page))
    if isinstance(truth, GraphError) and wanted and truth.kind not in PASSING:
        page.subscription_error = in_words(truth)
    if not isinstance(truth, set):
        return False
    believe(page, truth)
    missing = sorted(wanted - truth)
    if missing and page.left_at is not None:
        _leave(page)
    elif missing:
        _note(page, missing, truth)
        return True
    elif page.drift_since is not None and page.drift_mended_at is None:
        _mended(page, missed=True)  # by somebody's hand
    page.left_at = None
    return False


def _note(page: Page, missing: Sequence[str], truth: set[str]) -> None:
    if page.drift_since is None or page.drift_mended_at is not None:
        page.drift_since, page.drift_mended_at = utcnow(), None
        log.warning("subscription drifted", extra={"page": page.id, "missing": ",".join(missing)})
    page.drift = f"Meta did not send {', '.join(missing)}" if truth else UNSUBSCRIBED


def _mended(page: Page, missed: bool) -> None:
    """`missed`: messages may be; journal/outages.py recovers them."""
    page.drift_mended_at, page.subscription_error = utcnow(), None
    if missed:
        page.missed_since = page.missed_since or page.drift_since
    log.warning("page subscribed again", extra={"page": page.id})


def _leave(page: Page) -> None:
    """Somebody removed the app from the page: that was on purpose."""
    page.messenger_wanted = page.instagram_wanted = False
    page.subscription_error = LEFT
    page.drift = page.drift_since = page.drift_mended_at = None
    log.warning("page removed the app at Meta", extra={"page": page.id})


def _heard(page: Page) -> bool:
    """Whether messages came all the same."""
    return bool(page.subscribed_fields) and (page.subscribed or not page.messenger_wanted)
