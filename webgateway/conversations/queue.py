"""Which part goes out next: the pages in turn, of each what is longest due, of a talk what is first."""

import os
from datetime import datetime
from socket import gethostname

from sqlalchemy import CTE, ColumnElement, Select, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from ..db import db, looking, utcnow
from ..gateways.models import Gateway
from ..pages.models import Page
from . import stranded
from .models import Part

PER_PAGE = 3
"""How many senders of one process may wait for Meta on one page: fewer than it has, so that a page on which
Meta is slow leaves one to the others."""

# Written out, not a parameter: only so do the databases see that the small indexes suffice.
WAITING: ColumnElement[str] = literal_column("'waiting'")


def holder() -> str:
    """This process, as the one that has a part in hand."""
    return f"{gethostname()}:{os.getpid()}"


def next_page() -> int | None:
    """The page that has waited longest for its turn among those with something to send."""
    now = utcnow()
    due = _pages_with_due_parts(now)
    turn = _open(now).with_only_columns(Page.id).join(due, due.c.page_id == Page.id)
    with looking():
        return db.session.scalar(turn.order_by(Page.next_send_at.nulls_first(), Page.id).limit(1))


def take(page_id: int) -> tuple[Page, Part] | None:
    """Locks the page and its next part; None when others were quicker."""
    now = utcnow()
    locked = _open(now).where(Page.id == page_id).with_for_update(of=Page, key_share=True)
    page = db.session.scalar(locked.execution_options(populate_existing=True))
    if page is None:
        return None
    first = _due(now).where(Part.page_id == page_id).with_for_update(of=Part, skip_locked=True)
    part = db.session.scalar(first.execution_options(populate_existing=True))
    return None if part is None else (page, part)


def _open(now: datetime) -> Select[Page]:
    """Pages for which Meta has not asked for a pause, and for which somebody's login lets us write."""
    pauses = (Page.sends_paused_until, Gateway.calls_paused_until)
    pages = select(Page).join(Page.gateway).where(*(or_(end.is_(None), end <= now) for end in pauses))
    return pages.where(~stranded.pages())


def _due(now: datetime) -> Select[Part]:
    """The part that may go out first: nothing of its conversation waits before it."""
    earlier = aliased(Part)
    blocked = exists().where(
        earlier.conversation_id == Part.conversation_id, earlier.state == WAITING, earlier.id < Part.id
    )
    free = or_(Part.leased_until.is_(None), Part.leased_until < now)
    due = select(Part).where(Part.state == WAITING, Part.next_try_at <= now, free, ~blocked)
    due = due.where(Part.page_id.not_in(_crowded(now)))
    return due.order_by(Part.next_try_at, Part.id).limit(1)


def _crowded(now: datetime) -> Select[int]:
    """Pages on which enough of this process's senders are at work."""
    held = select(Part.page_id).where(Part.leased_by == holder(), Part.leased_until >= now)
    return held.group_by(Part.page_id).having(func.count() >= PER_PAGE)


def _pages_with_due_parts(now: datetime) -> CTE:
    """Materialized, as PostgreSQL's planner would look at all parts of all pages otherwise."""
    waiting = _pages_with_waiting_parts()
    due = _due(now).with_only_columns(Part.id).where(Part.page_id == waiting.c.page_id).scalar_subquery()
    pages = select(waiting.c.page_id).where(due.is_not(None)).cte("due")
    return pages.prefix_with("MATERIALIZED", dialect="postgresql")


def _pages_with_waiting_parts() -> CTE:
    """From one page to the next in the index, however many parts wait for each."""
    first = select(func.min(Part.page_id).label("page_id")).where(Part.state == WAITING)
    found = first.cte("waiting", recursive=True)
    following = select(func.min(Part.page_id)).where(Part.state == WAITING, Part.page_id > found.c.page_id)
    return found.union_all(select(following.scalar_subquery()).where(found.c.page_id.is_not(None)))
