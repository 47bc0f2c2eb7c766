"""Which page token to use, and what happens when one is dead."""

from sqlalchemy import select

from ..db import db, utcnow
from ..meta.errors import GraphError
from .models import Account, Grant, Page


def live_grant(page: Page) -> Grant | None:
    """The newest login's grant whose token works; one that suffices goes before one that does not."""
    return db.session.scalar(
        select(Grant)
        .join(Grant.account)
        .where(Grant.page_id == page.id, Grant.token.is_not(None), Grant.dead_since.is_(None))
        .where(Account.dead_since.is_(None))
        .order_by(Grant.suffices.desc(), Account.logged_in_at.desc(), Grant.id.desc())
        .limit(1)
    )


def live_grants(pages: list[Page]) -> dict[int, Grant]:
    """The same for many pages at once, by page id."""
    found = db.session.scalars(
        select(Grant)
        .join(Grant.account)
        .where(Grant.page_id.in_([page.id for page in pages]), Grant.token.is_not(None))
        .where(Grant.dead_since.is_(None), Account.dead_since.is_(None))
        .order_by(Grant.suffices, Account.logged_in_at, Grant.id)
    )
    return {grant.page_id: grant for grant in found}


def mark_dead(grant: Grant, error: GraphError) -> None:
    """Meta refused the token: the next person's takes over. Contract 10, class re-auth."""
    grant.dead_since = grant.dead_since or utcnow()
    grant.dead_reason = error.meaning
