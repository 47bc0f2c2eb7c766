"""Which page token to use, and what happens when one is dead."""

from sqlalchemy import select, update

from ..db import db, utcnow
from ..meta.errors import GraphError
from .models import Account, Grant, Page


def live_grant(page: Page, channel: str = "messenger") -> Grant | None:
    """The newest login's grant whose token works; one that suffices for the channel goes first."""
    suffices = Grant.instagram_suffices if channel == "instagram" else Grant.suffices
    return db.session.scalar(
        select(Grant)
        .join(Grant.account)
        .where(Grant.page_id == page.id, Grant.token.is_not(None), Grant.dead_since.is_(None))
        .where(Account.dead_since.is_(None))
        .order_by(suffices.desc(), Account.logged_in_at.desc(), Grant.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def live_grants(pages: list[Page]) -> dict[int, Grant]:
    """The same for many pages at once, by page id."""
    found = db.session.scalars(
        select(Grant)
        .join(Grant.account)
        .where(Grant.page_id.in_([page.id for page in pages]), Grant.token.is_not(None))
        .where(Grant.dead_since.is_(None), Account.dead_since.is_(None))
        .order_by(Grant.suffices, Account.logged_in_at, Grant.id)
        .execution_options(populate_existing=True)
    )
    return {grant.page_id: grant for grant in found}


def mark_dead(grant: Grant, error: GraphError) -> None:
    """Meta refused the token: the next person's takes over. Contract 10, class re-auth.

    Unless, while Meta was asked, a new login has brought another token or the grant is gone.
    """
    db.session.execute(
        update(Grant)
        .where(Grant.id == grant.id, Grant.granted_at == grant.granted_at, Grant.dead_since.is_(None))
        .values(dead_since=utcnow(), dead_reason=error.meaning)
    )
