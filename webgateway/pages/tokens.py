"""Which page token to use, and what follows when Meta refuses one."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, select, tuple_, update
from sqlalchemy.orm import contains_eager, selectinload

from ..db import db, utcnow
from ..meta.errors import GraphError
from .models import Account, Grant, Page


def live_grant(page: Page, channel: str = "messenger") -> Grant | None:
    """The newest login's grant whose token works; one that suffices for the channel goes first."""
    return db.session.scalar(_best(channel == "instagram"), {"page": page.id})


@cache
def _best(on_instagram: bool) -> Select[Grant]:
    """Made once: it is asked for each message that goes out."""
    suffices = Grant.instagram_suffices if on_instagram else Grant.suffices
    newest = (suffices.desc(), Account.logged_in_at.desc(), Grant.id.desc())
    best = select(Grant).join(Grant.account).where(*_works(), Grant.page_id == bindparam("page"))
    return best.order_by(*newest).limit(1).execution_options(populate_existing=True)


def live_grants(pages: Sequence[Page]) -> dict[int, Grant]:
    """The same for many pages at once, by page id."""
    found = db.session.scalars(
        _working()
        .where(Grant.page_id.in_([page.id for page in pages]))
        .order_by(Grant.suffices, Account.logged_in_at, Grant.id)
    )
    return {grant.page_id: grant for grant in found}


def covered() -> ColumnElement[bool]:
    """Of the pages of a query: somebody's working login covers it."""
    return exists().where(Grant.page_id == Page.id, Grant.account_id == Account.id, *_works())


def mark_dead(grant: Grant, error: GraphError) -> None:
    """Meta refused the token: the next person's takes over. Contract 10, class re-auth."""
    bury([(grant, error.meaning)])


def bury(dead: Sequence[tuple[Grant, str]]) -> None:
    """Grants whose token is dead, and why; the next person's takes over, or the page asks for a login."""
    died = {"dead_since": utcnow()}
    _note(dead, lambda reason: {**died, "dead_reason": reason}, Grant.dead_since.is_(None))


def mark_lacking(grant: Grant, words: str, channel: str) -> bool:
    """Meta says that this login lacks a permission: whether another one may do, now or after a new login."""
    page = db.session.get_one(Page, grant.page_id)
    if channel == "instagram":
        page.instagram_problem = words
        _note([(grant, words)], lambda _: {"instagram_suffices": False})
    else:
        fall_short([(grant, words)])
    best = live_grant(page, channel)
    return best is None or (best.instagram_suffices if channel == "instagram" else best.suffices)


def fall_short(lacking: Sequence[tuple[Grant, str]]) -> None:
    """Grants that do not suffice, and what Meta says is missing."""
    _note(lacking, lambda words: {"suffices": False, "shortcoming": words})


def judge(page_ids: Iterable[int]) -> None:
    """Write down anew why each page cannot be used: the logins that cover it have changed."""
    ids = set(page_ids)
    if not ids:
        return
    pages = select(Page).where(Page.id.in_(ids), Page.removed_at.is_(None))
    pages = pages.options(selectinload(Page.grants).joinedload(Grant.account))
    for page in db.session.scalars(pages.execution_options(populate_existing=True)):
        page.problem = _problem(page)
        if page.instagram_usable:
            page.instagram_problem = None


def _working() -> Select[Grant]:
    grants = select(Grant).join(Grant.account).options(contains_eager(Grant.account)).where(*_works())
    return grants.execution_options(populate_existing=True)


def _works() -> tuple[ColumnElement[bool], ...]:
    return Grant.token.is_not(None), Grant.dead_since.is_(None), Account.dead_since.is_(None)


def hold(page_ids: Iterable[int]) -> None:
    """Pages before their grants: logins lock in this order."""
    held = select(Page.id).where(Page.id.in_(list(page_ids))).order_by(Page.id)
    db.session.execute(held.with_for_update(key_share=True))


def _note(
    said: Sequence[tuple[Grant, str]],
    values: Callable[[str], dict[str, Any]],
    *unless: ColumnElement[bool],
) -> None:
    """Unless, while Meta was asked, a new login has brought another token or the grant is gone."""
    if not said:
        return
    page_ids = {grant.page_id for grant, _ in said}
    _ask_soon({grant.account_id for grant, _ in said})
    hold(page_ids)
    by_words: dict[str, list[tuple[int, datetime]]] = {}
    for grant, words in said:
        by_words.setdefault(words, []).append((grant.id, grant.granted_at))
    for words, asked in by_words.items():
        these = update(Grant).where(tuple_(Grant.id, Grant.granted_at).in_(asked), *unless)
        db.session.execute(these.values(values(words)))
    judge(page_ids)


def _ask_soon(account_ids: Iterable[int]) -> None:
    """What became of one page's token may be true of the whole login."""
    logins = update(Account).where(Account.id.in_(list(account_ids)))
    db.session.execute(logins.values(check_at=None).execution_options(synchronize_session=False))


def _problem(page: Page) -> str | None:
    """None where some login suffices. Where no login is left, the reason stays that was written down."""
    grants = page.newest_grants
    working = [grant for grant in grants if grant.works]
    if any(grant.suffices for grant in working):
        return None
    reasons = [grant.shortcoming for grant in working] or [grant.death for grant in grants]
    return next((reason for reason in reasons if reason), page.problem)
