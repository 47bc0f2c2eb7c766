"""A login's pages become the gateway's: added, unchanged, no longer granted. Nothing is removed here."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import contains_eager, joinedload

from ..db import db, utcnow
from ..gateways.models import Gateway
from ..meta.pages import FoundPage
from .asking import in_words
from .discovery import Discovery
from .models import Account, Grant, Login, Page
from .refreshing import describe
from .restoring import used_by
from .subscribing import believe

OF_A_NEW_PAGE = (
    "tenant_id",
    "gateway_id",
    "meta_id",
    "name",
    "category",
    "picture_url",
    "instagram_id",
    "instagram_username",
    "instagram_name",
    "instagram_picture_url",
    "subscribed",
    "subscribed_fields",
    "messenger_wanted",
    "instagram_wanted",
    "instagram_muted",
    "checked_at",
)


def covered(gateway: Gateway) -> dict[str, list[str]]:
    """Meta's ids of the connected pages that each person's logins cover, by the person's id at Meta."""
    rows = db.session.execute(
        select(Account.facebook_id, Page.meta_id)
        .join(Account.grants)
        .join(Grant.page)
        .where(Account.gateway_id == gateway.id, Page.removed_at.is_(None))
    )
    pages: dict[str, list[str]] = {}
    for facebook_id, meta_id in rows:
        pages.setdefault(facebook_id, []).append(meta_id)
    return pages


def join(login: Login, discovery: Discovery) -> None:
    """Write what the login brought, and its result for the page that shows it."""
    gateway = login.gateway
    account = _account(gateway, discovery)
    before = _grants(account)
    unusable = _unusable(gateway, discovery)
    usable = [found for found in discovery.pages if found.id not in unusable]
    pages, added, returned = _pages(gateway, usable, discovery)
    _start_afresh(account, returned)
    _note(account, before, unusable, discovery)
    _grant(account, before, [(found, pages[found.id]) for found in usable], discovery)
    lost, kept = _lost(account, before, discovery)
    login.account, login.step, login.finished_at = account, "finished", utcnow()
    login.leased_until = None
    login.result = {
        "added": [page.id for page in pages.values() if page.meta_id in added],
        "returned": returned,
        "unchanged": [page.id for page in pages.values() if page.meta_id not in added],
        "lost": lost,
        "kept": kept,
        "unusable": list(unusable.values()),
        "declined": discovery.declined,
    }


def _account(gateway: Gateway, discovery: Discovery) -> Account:
    known = select(Account).where(
        Account.gateway_id == gateway.id, Account.facebook_id == discovery.person.id
    )
    account = db.session.scalar(known) or Account(gateway_id=gateway.id, facebook_id=discovery.person.id)
    account.name = discovery.person_name
    account.picture_url = discovery.person.picture_url
    account.token = discovery.token.value
    account.expires_at = discovery.token.expires_at or discovery.info.expires_at
    account.data_access_expires_at = discovery.info.data_access_expires_at
    account.scopes = sorted(discovery.granted)
    account.logged_in_at = utcnow()
    account.dead_since = account.dead_reason = None
    db.session.add(account)
    db.session.flush()
    return account


def _grants(account: Account) -> dict[int, Grant]:
    return {
        grant.page_id: grant for grant in db.session.scalars(select(Grant).filter_by(account_id=account.id))
    }


def _unusable(gateway: Gateway, discovery: Discovery) -> dict[str, dict[str, Any]]:
    """By Meta's id: name and reason of the pages that this login cannot join to this gateway."""
    ids = [found.id for found in discovery.pages]
    taken = select(Page).where(
        Page.meta_id.in_(ids), Page.removed_at.is_(None), Page.gateway_id != gateway.id
    )
    taken = taken.options(joinedload(Page.gateway))
    holders = {page.meta_id: page.gateway for page in db.session.scalars(taken)}
    reasons = {
        found.id: _reason(found, holders.get(found.id), gateway, discovery) for found in discovery.pages
    }
    return {
        found.id: {"id": found.id, "name": found.name, "reason": reason}
        for found in discovery.pages
        if (reason := reasons[found.id]) is not None
    }


def _reason(found: FoundPage, holder: Gateway | None, gateway: Gateway, discovery: Discovery) -> str | None:
    if holder is not None:
        return used_by(holder, gateway)
    if found.error is not None:
        return in_words(found.error)
    if found.token is None:
        return discovery.shortcoming(found) or (
            f"{discovery.person_name} may not act for this page. Ask a page administrator for access."
        )
    return None


def _note(
    account: Account, before: dict[int, Grant], unusable: dict[str, dict[str, Any]], discovery: Discovery
) -> None:
    """A connected page that this login gave no token for says why in the register, unless somebody else's
    login is enough for it."""
    known = select(Page).where(Page.gateway_id == account.gateway_id, Page.removed_at.is_(None))
    pages = list(db.session.scalars(known.where(Page.meta_id.in_(unusable)))) if unusable else []
    others = _others(account, [page.id for page in pages]) if pages else []
    covered = {grant.page_id for grant in others if grant.suffices}
    on_instagram = {grant.page_id for grant in others if grant.instagram_suffices}
    withheld = {found.id for found in discovery.pages if found.token is None and found.error is None}
    for page in pages:
        unusable[page.meta_id]["page"] = page.id
        if page.meta_id not in withheld:
            continue
        if page.id in before:
            before[page.id].suffices = before[page.id].instagram_suffices = False
        if page.id not in covered:
            page.problem = unusable[page.meta_id]["reason"]
        if page.id not in on_instagram:
            page.instagram_problem = unusable[page.meta_id]["reason"]


def _pages(
    gateway: Gateway, usable: list[FoundPage], discovery: Discovery
) -> tuple[dict[str, Page], set[str], list[int]]:
    """The gateway's pages by Meta's id, Meta's ids of the new ones, and our ids of those that come back."""
    ids = [found.id for found in usable]
    known = select(Page).where(Page.gateway_id == gateway.id, Page.meta_id.in_(ids))
    pages = {page.meta_id: page for page in db.session.scalars(known)}
    returned = [page for page in pages.values() if page.removed_at is not None]
    added = {found.id for found in usable if found.id not in pages} | {page.meta_id for page in returned}
    rows = []
    for found in usable:
        page = pages.get(found.id) or Page(
            tenant_id=gateway.tenant_id,
            gateway_id=gateway.id,
            meta_id=found.id,
            subscribed=False,
            subscribed_fields=[],
        )
        page.removed_at = page.removed_by = None
        describe(page, found, instagram_readable="instagram_basic" in discovery.granted)
        believe(page, discovery.subscriptions.get(found.id))
        _adopt(page, found, discovery, new=found.id in added)
        if found.id not in pages:
            rows.append({name: getattr(page, name) for name in OF_A_NEW_PAGE})
    if rows:
        # All at once: SQLite would get one INSERT for each of the session's new objects.
        pages |= {page.meta_id: page for page in db.session.scalars(insert(Page).returning(Page), rows)}
    return {found.id: pages[found.id] for found in usable}, added, [page.id for page in returned]


def _start_afresh(account: Account, returned: list[int]) -> None:
    """Who else covered a page before it was removed does not come back with it."""
    others = delete(Grant).where(Grant.page_id.in_(returned), Grant.account_id != account.id)
    if returned:
        db.session.execute(others)


def _adopt(page: Page, found: FoundPage, discovery: Discovery, *, new: bool) -> None:
    """What Meta sends already when a page joins counts as switched on, and Instagram's messages with the
    login that first lets them through; an account that was switched off stays so."""
    if new:
        page.messenger_wanted = page.subscribed
        page.instagram_wanted = page.instagram_muted = False
    if page.instagram_subscribed and discovery.shortcoming(found, "instagram") is None:
        page.instagram_wanted = True


def _grant(
    account: Account, before: dict[int, Grant], pages: list[tuple[FoundPage, Page]], discovery: Discovery
) -> None:
    others = _others(account, [page.id for _, page in pages])
    covered = {grant.page_id for grant in others if grant.suffices}
    on_instagram = {grant.page_id for grant in others if grant.instagram_suffices}
    rows = []
    for found, page in pages:
        shortcoming, of_instagram = discovery.shortcoming(found), discovery.shortcoming(found, "instagram")
        given = {
            "token": found.token,
            "tasks": sorted(found.tasks or ()),
            "suffices": shortcoming is None,
            "instagram_suffices": of_instagram is None,
            "granted_at": utcnow(),
            "dead_since": None,
            "dead_reason": None,
        }
        if page.id in before:
            for name, value in given.items():
                setattr(before[page.id], name, value)
        else:
            rows.append({"page_id": page.id, "account_id": account.id, **given})
        page.problem = None if page.id in covered else shortcoming
        page.instagram_problem = None if page.id in on_instagram else of_instagram
    if rows:
        db.session.execute(insert(Grant), rows)


def _others(account: Account, page_ids: Iterable[int]) -> Sequence[Grant]:
    """The working grants that somebody else has of these pages, the best last."""
    grants = (
        select(Grant)
        .join(Grant.account)
        .options(contains_eager(Grant.account))
        .where(Grant.page_id.in_(list(page_ids)), Grant.account_id != account.id, Grant.token.is_not(None))
        .where(Grant.dead_since.is_(None), Account.dead_since.is_(None))
        .order_by(Grant.suffices, Account.logged_in_at, Grant.id)
    )
    return db.session.scalars(grants).all()


def _lost(
    account: Account, before: dict[int, Grant], discovery: Discovery
) -> tuple[list[int], list[dict[str, Any]]]:
    """Pages this person's login covered and covers no longer; with who else keeps them connected.

    An empty answer is a person who chose nothing or a permission declined, not "remove all".
    """
    if not discovery.pages:
        return [], []
    found = [page.id for page in discovery.pages]
    gone = select(Page.id).where(Page.id.in_(before), Page.meta_id.not_in(found), Page.removed_at.is_(None))
    ids = list(db.session.scalars(gone.order_by(Page.name, Page.id)))
    others = {grant.page_id: grant for grant in _others(account, ids)}
    kept = [
        {"page": page_id, "through": others[page_id].account.name} for page_id in ids if page_id in others
    ]
    return [page_id for page_id in ids if page_id not in others], kept
