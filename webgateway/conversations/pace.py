"""How fast a page's messages leave, and the pauses that Meta asks for: contract 7.6. Kept in the database, so
that it holds for all workers together."""

import logging
import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, update

from ..db import db, utcnow
from ..gateways.models import Gateway
from ..meta import usage
from ..meta.errors import GraphError
from ..pages.models import Page
from .models import Part

log = logging.getLogger(__name__)

PER_SECOND = 200
"""Of one page's texts; Meta takes 300."""
STEP = timedelta(seconds=1) / PER_SECOND
FILES_PER_SECOND = 8
"""Of one page's files; of sound and video Meta takes 10."""
AHEAD = timedelta(seconds=1)
"""The longest that a part in hand waits for its place: another machine's clock may be wrong."""

SHORTEST, LONGEST = timedelta(seconds=30), timedelta(minutes=15)
"""Of a pause whose length Meta leaves open."""
NEAR, FULL = 90, 100
"""Percent of a limit: from NEAR on we slow down, at FULL Meta refuses."""
BREATH = timedelta(seconds=10)
SHARED = 75
"""Percent of a limit up to which other work than sending may use it; from there on it takes a REST."""
REST = timedelta(minutes=5)


def step(upload_id: int | None) -> timedelta:
    """How long the page's next part waits after this one."""
    return STEP if upload_id is None else timedelta(seconds=1) / FILES_PER_SECOND


def place(next_send_at: datetime | None) -> datetime:
    """When the next part of a page may leave; the one after it follows a `step` later."""
    now = utcnow()
    return min(max(now, next_send_at or now), now + AHEAD)


def refused(part: Part, error: GraphError) -> None:
    """Nothing more goes out through the page, or the app, until the pause is over.

    It lasts as long as Meta asked for; else as long again as the part has waited, so that it grows. A page
    that may not send at all is asked about now and then.
    """
    waited = LONGEST if error.kind == "blocked" else utcnow() - part.next_try_at
    asked = timedelta(minutes=error.wait_minutes or 0)
    pause(part.page, error.bucket == "app", max(asked, min(max(waited, SHORTEST), LONGEST)))
    if error.kind == "blocked":
        log.error("page %s may not send: code=%s subcode=%s", part.page_id, error.code, error.subcode)


def heed(page: Page, told: dict[str, Any]) -> None:
    """Slow down before a limit is reached. `told`: the usage headers of an answer, as Graph.usage."""
    app, business = told.get("app", {}), told.get("business", {})
    for of_app, percent in ((True, usage.percent(app)), (False, usage.business_percent(business))):
        if percent >= FULL:
            asked = timedelta(minutes=usage.wait_minutes(business) or 0)
            pause(page, of_app, max(SHORTEST, timedelta() if of_app else asked))
        elif percent >= NEAR:
            pause(page, of_app, BREATH)


def paused_until(page: Page) -> datetime | None:
    return last((page.sends_paused_until, page.gateway.calls_paused_until))


def last(pauses: Iterable[datetime | None]) -> datetime | None:
    """When the last of them ends; None when all are over."""
    now = utcnow()
    return max((end for end in pauses if end and end > now), default=None)


def rest(told: dict[str, Any]) -> timedelta:
    """How long other work keeps still: the last part of a limit is for messages."""
    fullest = max(usage.percent(told.get("app", {})), usage.business_percent(told.get("business", {})))
    return REST if fullest >= SHARED else timedelta()


def pause(page: Page, of_app: bool, length: timedelta) -> None:
    """A longer one that stands is not shortened. Of a page before its parts: claiming locks in this order."""
    until = utcnow() + length * random.uniform(1, 1.2)
    kind, key = (Gateway, page.gateway_id) if of_app else (Page, page.id)
    column = Gateway.calls_paused_until if of_app else Page.sends_paused_until
    changed = update(kind).where(kind.id == key, or_(column.is_(None), column < until))
    db.session.execute(changed.values({column.key: until}))
    log.warning("nothing is sent through %s %s until %s", kind.__tablename__, key, until.isoformat())
