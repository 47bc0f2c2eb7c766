"""What Meta said of logins and of pages' tokens, written down; an error says nothing of one. Contract 2.5."""

import random
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import contains_eager, joinedload

from ..db import db, utcnow
from ..meta.errors import GraphError
from ..meta.oauth import TokenInfo
from . import tokens
from .models import DAILY, Account, Grant, Page
from .sufficing import Subject, covers, shortcoming

LATER = timedelta(hours=1)
"""After a question that Meta did not answer."""

EXPIRED = 463
INVALID = "Facebook calls this login invalid."
NOT_COVERED = "The page was taken out of this login at Facebook."

Said = Mapping[int, tuple[datetime, TokenInfo | GraphError]]
"""By id: when the token that was asked about was given, and what Meta said of it."""


def of_accounts(said: Said) -> None:
    """Unless a new login has brought another token meanwhile. Commits."""
    if not said:
        return
    held = select(Account).where(Account.id.in_(said)).order_by(Account.id).with_for_update(key_share=True)
    accounts = db.session.scalars(held.execution_options(populate_existing=True)).all()
    living: dict[int, TokenInfo] = {}
    changed = []
    for account in accounts:
        given, answer = said[account.id]
        if account.logged_in_at != given:
            continue
        died, account.check_at = account.dead_since, _next(answer)
        if isinstance(answer, TokenInfo):
            _note(account, answer)
            living |= {account.id: answer} if answer.is_valid else {}
        if bool(died) != bool(account.dead_since):
            changed.append(account.id)
    _note_coverage(living)
    pages = db.session.scalars(select(Grant.page_id).where(Grant.account_id.in_(changed))).all()
    tokens.judge(pages)
    db.session.commit()


def of_grants(said: Said) -> None:
    """The same for pages' tokens: what works again is taken up again. Commits."""
    if not said:
        return
    grants = _held(Grant.id.in_(said))
    dead, revived = [], []
    for grant in grants:
        given, answer = said[grant.id]
        if grant.granted_at != given:
            continue
        grant.check_at = _next(answer)
        if isinstance(answer, GraphError):
            continue
        covered = covers(answer, grant.page.meta_id)
        if not answer.is_valid or not covered:
            dead.append((grant, _reason(answer) if not answer.is_valid else NOT_COVERED))
        elif grant.dead_since is not None and grant.dead_reason != NOT_COVERED:
            grant.dead_since = grant.dead_reason = None
            revived.append(grant.page_id)
    tokens.bury([(grant, reason) for grant, reason in dead if grant.dead_since is None])
    tokens.judge(revived)
    db.session.commit()


def _note(account: Account, said: TokenInfo) -> None:
    account.checked_at = utcnow()
    if said.is_valid:
        account.dead_since = account.dead_reason = None
        account.expires_at = said.expires_at
        account.data_access_expires_at = said.data_access_expires_at
        account.scopes = sorted(said.scopes)
    elif said.error is not None and said.error.subcode == EXPIRED:
        # The tokens of the pages outlive it, as long as Meta does not say otherwise: contract 2.4.
        account.expires_at = min(account.expires_at or utcnow(), utcnow())
        _ask_about_pages_of(account)
    elif account.dead_since is None:
        account.dead_since, account.dead_reason = utcnow(), _reason(said)


def _ask_about_pages_of(account: Account) -> None:
    at_once = update(Grant).where(Grant.account_id == account.id).values(check_at=None)
    db.session.execute(at_once.execution_options(synchronize_session=False))


def _note_coverage(said: Mapping[int, TokenInfo]) -> None:
    """Pages that these logins cover no longer, or with less than before."""
    if not said:
        return
    dead, changed = [], []
    for grant in _held(Grant.account_id.in_(said), Grant.token.is_not(None), Grant.dead_since.is_(None)):
        info = said[grant.account_id]
        if not covers(info, grant.page.meta_id):
            dead.append((grant, NOT_COVERED))
            continue
        if _suffices_otherwise(grant, info):
            changed.append(grant.page_id)
    tokens.bury(dead)
    tokens.judge(changed)


def _suffices_otherwise(grant: Grant, info: TokenInfo) -> bool:
    """Note for what the login suffices; whether that has changed."""
    account, page = grant.account, grant.page
    of = Subject(page.meta_id, page.instagram_id, grant.tasks or None, account.purpose, account.name)
    before = grant.shortcoming, grant.instagram_suffices
    grant.shortcoming = shortcoming("pages", of, info.scopes, info)
    on_instagram = shortcoming("instagram", of, info.scopes, info)
    grant.suffices, grant.instagram_suffices = grant.shortcoming is None, on_instagram is None
    if before[1] and on_instagram is not None:
        page.instagram_problem = on_instagram
    return before != (grant.shortcoming, grant.instagram_suffices)


def _held(*which: Any) -> Iterable[Grant]:
    """Grants of connected pages; the pages first, as logins lock them in this order."""
    found = select(Grant).join(Grant.page).where(*which, Page.removed_at.is_(None))
    found = found.options(contains_eager(Grant.page), joinedload(Grant.account))
    grants = db.session.scalars(found.execution_options(populate_existing=True)).all()
    tokens.hold({grant.page_id for grant in grants})
    return grants


def _reason(said: TokenInfo) -> str:
    return said.error.meaning if said.error is not None and said.error.token_dead else INVALID


def _next(answer: TokenInfo | GraphError) -> datetime:
    """A little spread, so that those who logged in together are not asked about together for ever."""
    pause = LATER if isinstance(answer, GraphError) else DAILY
    return utcnow() + pause * random.uniform(0.9, 1)
