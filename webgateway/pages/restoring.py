"""Bringing a removed page back: the same row, so its contacts and conversations go on where they ended."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from ..db import db
from ..gateways.models import Gateway
from ..meta import pages as meta_pages
from ..meta.errors import GraphError
from .asking import ask, in_words
from .models import GATEWAY_GONE, Page
from .subscribing import subscribe, wanted_fields

NO_TOKEN = "No login that we kept works for this page any more."  # noqa: S105
LOGIN_HELPS = ("reauth", "permission")
"""Kinds of refusal that somebody who logs in and ticks the page puts right."""


@dataclass(eq=False)
class NotRestored(Exception):  # noqa: N818
    """Why a page stays removed; nothing changed. `login_helps`: somebody who logs in may bring it back."""

    reason: str
    login_helps: bool = False


def restore(gateway: Gateway, page: Page) -> None:
    """Connect it again and switch on what was on when it was removed, if Meta still lets us.

    Raises NotRestored. Commits; does nothing to a page that is connected. What became of its subscription
    stands in `subscribed` and `subscription_error`, as Meta told it afterwards.
    """
    if page.removed_at is None:
        return
    if reason := taken(gateway, [page]).get(page.id):
        raise NotRestored(reason)
    answer = ask(gateway, [page], meta_pages.subscribed_fields_many).get(page.id)
    if answer is None:
        raise NotRestored(NO_TOKEN, login_helps=True)
    if isinstance(answer, GraphError):
        raise NotRestored(in_words(answer), login_helps=answer.kind in LOGIN_HELPS)
    if _connect(gateway, page):
        resubscribe(gateway, [page])


def resubscribe(gateway: Gateway, pages: Sequence[Page]) -> None:
    """Switch on again what was on when these pages were removed. Commits."""
    for page in pages:
        page.switch_to(page.removed_switches)
    reasons = subscribe(gateway, {page: fields for page in pages if (fields := wanted_fields(page))})
    for page in pages:
        page.subscription_error = reasons.get(page.id)
    db.session.commit()


def taken(gateway: Gateway, pages: Sequence[Page]) -> dict[int, str]:
    """Why pages cannot come back, by page id: another gateway has connected them meanwhile."""
    holders = db.session.execute(
        select(Page.meta_id, Gateway)
        .join(Page.gateway)
        .where(Page.meta_id.in_([page.meta_id for page in pages]))
        .where(Page.removed_at.is_(None), Page.gateway_id != gateway.id)
    )
    reasons = {meta_id: used_by(holder, gateway) for meta_id, holder in holders}
    return {page.id: reasons[page.meta_id] for page in pages if page.meta_id in reasons}


def used_by(holder: Gateway, gateway: Gateway) -> str:
    """A stranger's gateway is not named."""
    if holder.tenant_id == gateway.tenant_id:
        return f"Used by the gateway {holder.name}. Remove it there first."
    return "Used by another gateway. Whoever runs that one must remove it there first."


def _connect(gateway: Gateway, page: Page) -> bool:
    """False when somebody else was quicker to bring it back; raises NotRestored when another gateway was."""
    # Nobody deletes the gateway until the commit.
    held = select(Gateway.id).where(Gateway.id == gateway.id, Gateway.deleted_at.is_(None))
    if db.session.scalar(held.with_for_update(key_share=True)) is None:
        db.session.rollback()
        raise NotRestored(GATEWAY_GONE)
    back = update(Page).where(Page.id == page.id, Page.removed_at.is_not(None))
    back = back.values(removed_at=None, removed_by=None)
    try:
        first = bool(db.session.execute(back).rowcount)  # type: ignore[attr-defined]
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise NotRestored(taken(gateway, [page]).get(page.id, "Another gateway has just taken it.")) from None
    return first
