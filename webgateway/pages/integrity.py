"""Asks Meta how pages stand with its rules: every hour, on demand, and when it let a page send nothing."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager

from ..db import db, utcnow
from ..gateways.models import Gateway
from ..meta.errors import GraphError
from ..meta.integrity import Standing
from ..meta.pages import page_status_many
from ..tasks import every, side_work
from . import notices
from .asking import ask, in_words
from .models import Page

AFTER = timedelta(minutes=55)
"""So old is an answer when the round asks again."""
A_ROUND, AT_ONCE = 5000, 500
"""Pages asked about in one round, those not asked for longest first, and between two commits: 100 calls of
50, 10 each."""
PASSING = {"unreachable", "transient", "throttled"}


def look(gateway: Gateway, pages: Sequence[Page]) -> bool:
    """False when Meta gave no answer worth going on for. Commits before Meta is asked, and after."""
    answers = ask(gateway, list(pages), page_status_many)
    told = {page: found for page in pages if isinstance(found := answers.get(page.id), Standing)}
    notices.keep(told, whole=True)
    for page in pages:
        # Who has no working login is not asked about, and does not stand in the way of the others.
        page.integrity_checked_at = utcnow()
        answer = answers.get(page.id)
        page.integrity_error = in_words(answer) if isinstance(answer, GraphError) else None
    db.session.commit()
    refusals = [answer for answer in answers.values() if isinstance(answer, GraphError)]
    return not (refusals and len(refusals) == len(answers) and refusals[0].kind in PASSING)


@every(minute="23")
def round_() -> None:
    pages = db.session.scalars(_due().limit(A_ROUND)).all()
    for _, some in groupby(sorted(pages, key=_of_gateway), key=_of_gateway):
        theirs = list(some)
        for first in range(0, len(theirs), AT_ONCE):
            if not look(theirs[0].gateway, theirs[first : first + AT_ONCE]):
                return


@side_work
def look_up(page_id: int) -> None:
    """Meta let the page send nothing: what does it hold against it?"""
    page = db.session.scalar(_connected().where(Page.id == page_id))
    if page is not None:
        look(page.gateway, [page])


def next_pages(gateway: Gateway, most: int) -> Sequence[Page]:
    """Of a gateway, those not asked about for longest first."""
    query = _connected().where(Page.gateway_id == gateway.id)
    return db.session.scalars(query.order_by(*_OLDEST_FIRST).limit(most)).all()


_OLDEST_FIRST = (Page.integrity_checked_at.is_not(None), Page.integrity_checked_at, Page.id)


def _connected() -> Select[Page]:
    return (
        select(Page)
        .join(Page.gateway)
        .options(contains_eager(Page.gateway))
        .where(Page.removed_at.is_(None), Gateway.deleted_at.is_(None))
    )


def _due() -> Select[Page]:
    now = utcnow()
    return (
        _connected()
        .where(or_(Page.integrity_checked_at.is_(None), Page.integrity_checked_at < now - AFTER))
        .where(or_(Gateway.calls_paused_until.is_(None), Gateway.calls_paused_until < now))
        .order_by(*_OLDEST_FIRST)
    )


def _of_gateway(page: Page) -> int:
    return page.gateway_id
