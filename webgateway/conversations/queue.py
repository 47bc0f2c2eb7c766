"""Which part goes out next: the pages in turn, of each what is longest due, of a talk what is first."""

import os
from datetime import datetime
from functools import cache
from socket import gethostname
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Update,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from .. import leases
from ..db import NOW, UTCDateTime, glance, put, row, utcnow
from ..gateways.models import Gateway
from ..pages.models import Page
from . import stranded
from .models import Part

PER_PAGE = 3
"""How many senders of one process may wait for Meta on one page: fewer than it has, so that a page on which
Meta is slow leaves one to the others."""

# Written out, not a parameter: only so do the databases see that the small indexes suffice.
WAITING: ColumnElement[str] = literal_column("'waiting'")


class Taken(NamedTuple):
    """A page and its part that goes out next, as far as it matters to who claims it."""

    page_id: int
    next_send_at: datetime | None
    part_id: int
    upload_id: int | None
    leased_until: datetime | None


def holder() -> str:
    """This process, as the one that has a part in hand."""
    return f"{gethostname()}:{os.getpid()}"


def next_page() -> int | None:
    """The page that has waited longest for its turn among those with something to send."""
    with glance() as connection:
        return connection.scalar(_next_page(), _asked())


def take(page_id: int) -> Taken | None:
    """Locks the page and its next part; None when others were quicker."""
    asked = {**_asked(), "page": page_id}
    page = row(_locked_page(), asked)
    if page is None:
        return None
    part = row(_locked_part(), asked)
    return None if part is None else Taken(page_id, page.next_send_at, *part)


def lease(taken: Taken, until: datetime, next_send_at: datetime) -> None:
    """The part is this process's, and the page's next may leave at `next_send_at`."""
    put(_paced(), {"page_id": taken.page_id, "next_at": next_send_at})
    put(_leased(), {"part_id": taken.part_id, "until": until, "by": holder()})


def waits() -> ColumnElement[bool]:
    """Whether a part is due `now` that nobody has in hand."""
    return exists().where(Part.state == WAITING, Part.next_try_at <= NOW, leases.free(Part.leased_until))


# Queries are made once: every sender asks them after each part.
PAGE: Any = bindparam("page")


def _asked() -> dict[str, Any]:
    return {"now": utcnow(), "holder": holder(), "crowd": PER_PAGE}


@cache
def _next_page() -> Select[int]:
    due = _pages_with_due_parts()
    turn = _open().with_only_columns(Page.id).join(due, due.c.page_id == Page.id)
    return turn.order_by(Page.next_send_at.nulls_first(), Page.id).limit(1)


@cache
def _locked_page() -> Any:
    locked = _open().where(Page.id == PAGE).with_for_update(of=Page, key_share=True)
    return locked.with_only_columns(Page.next_send_at)


@cache
def _locked_part() -> Any:
    first = _due().where(Part.page_id == PAGE).with_for_update(of=Part, skip_locked=True)
    return first.with_only_columns(Part.id, Part.upload_id, Part.leased_until)


@cache
def _paced() -> Update:
    page = update(Page).where(Page.id == bindparam("page_id"))
    return page.values(next_send_at=bindparam("next_at", type_=UTCDateTime()))


@cache
def _leased() -> Update:
    until: Any = bindparam("until", type_=UTCDateTime())
    part = update(Part).where(Part.id == bindparam("part_id"))
    return part.values(leased_until=until, leased_by=bindparam("by"), attempts=Part.attempts + 1)


def _open() -> Select[Page]:
    """Pages for which Meta has not asked for a pause, and for which somebody's login lets us write."""
    pauses = (Page.sends_paused_until, Gateway.calls_paused_until)
    pages = select(Page).join(Page.gateway).where(*(or_(end.is_(None), end <= NOW) for end in pauses))
    return pages.where(~stranded.pages())


def _due() -> Select[Part]:
    """The part that may go out first: nothing of its conversation waits before it."""
    earlier = aliased(Part)
    blocked = exists().where(
        earlier.conversation_id == Part.conversation_id, earlier.state == WAITING, earlier.id < Part.id
    )
    free = leases.free(Part.leased_until)
    due = select(Part).where(Part.state == WAITING, Part.next_try_at <= NOW, free, ~blocked)
    due = due.where(Part.page_id.not_in(_crowded()))
    return due.order_by(Part.next_try_at, Part.id).limit(1)


def _crowded() -> Select[int]:
    """Pages on which enough of this process's senders are at work."""
    held = select(Part.page_id).where(Part.leased_by == bindparam("holder"), Part.leased_until >= NOW)
    return held.group_by(Part.page_id).having(func.count() >= bindparam("crowd"))


def _pages_with_due_parts() -> CTE:
    """Materialized, as PostgreSQL's planner would look at all parts of all pages otherwise."""
    waiting = _pages_with_waiting_parts()
    due = _due().with_only_columns(Part.id).where(Part.page_id == waiting.c.page_id).scalar_subquery()
    pages = select(waiting.c.page_id).where(due.is_not(None)).cte("due")
    return pages.prefix_with("MATERIALIZED", dialect="postgresql")


def _pages_with_waiting_parts() -> CTE:
    """From one page to the next in the index, however many parts wait for each."""
    first = select(func.min(Part.page_id).label("page_id")).where(Part.state == WAITING)
    found = first.cte("waiting", recursive=True)
    following = select(func.min(Part.page_id)).where(Part.state == WAITING, Part.page_id > found.c.page_id)
    return found.union_all(select(following.scalar_subquery()).where(found.c.page_id.is_not(None)))
