"""Refresh: what Meta says of each page now, instead of what we remember."""

from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from ..db import db, utcnow
from ..gateways.models import Gateway
from ..meta import pages as meta_pages
from ..meta.errors import GraphError
from ..meta.pages import FoundPage
from ..views import count
from .asking import ask, in_words
from .models import Grant, Page
from .subscribing import believe

AT_ONCE = 500
"""Pages asked about in one request, those not checked for longest first: 20 calls of 50."""


@dataclass(frozen=True)
class Refreshed:
    asked: int
    total: int
    failed: int
    unreached: int

    @property
    def tone(self) -> str:
        return "warn" if self.failed or self.unreached else "ok"

    def __str__(self) -> str:
        words = [f"{count(self.asked, 'page')} refreshed from Meta."]
        if self.asked + self.failed + self.unreached < self.total:
            words = [
                f"{self.asked:,} of {self.total:,} pages refreshed. Press Refresh again for the next ones."
            ]
        if self.unreached:
            words.append(
                f"{count(self.unreached, 'page')} could not be asked: no login works there. Reconnect them."
            )
        if self.failed:
            words.append(
                f"Meta refused to answer for {count(self.failed, 'page')}; the reasons stand in the list."
            )
        return " ".join(words)


def refresh(gateway: Gateway) -> Refreshed:
    """Names, pictures, Instagram accounts and subscriptions of the gateway's pages. Commits."""
    total = db.session.scalar(select(func.count()).select_from(Page.connected_to(gateway).subquery())) or 0
    pages = list(db.session.scalars(_next_pages(gateway)))
    details = ask(gateway, pages, meta_pages.details_many)
    truth = ask(gateway, pages, meta_pages.subscribed_fields_many)
    for page in pages:
        page.checked_at = utcnow()
        describe(page, details.get(page.id), instagram_readable=_instagram_readable(page))
        believe(page, truth.get(page.id))
        page.subscription_error = page.instagram_error = _error(details.get(page.id), truth.get(page.id))
    db.session.commit()
    failed = sum(1 for page in pages if page.subscription_error)
    unreached = sum(1 for page in pages if page.id not in details)
    return Refreshed(len(pages) - failed - unreached, total, failed, unreached)


def _next_pages(gateway: Gateway) -> Select[Page]:
    return (
        Page.connected_to(gateway)
        .options(selectinload(Page.grants).joinedload(Grant.account))
        .order_by(Page.checked_at.is_not(None), Page.checked_at, Page.id)
        .limit(AT_ONCE)
    )


def describe(page: Page, found: FoundPage | GraphError | None, *, instagram_readable: bool) -> None:
    """Keep what Meta says about the page itself.

    Without `instagram_basic` Meta leaves the Instagram account out, which then says nothing: contract 12.
    """
    if not isinstance(found, FoundPage):
        return
    page.name = found.name
    page.category = found.category or page.category
    page.picture_url = found.picture_url or page.picture_url
    if found.instagram is not None:
        page.instagram_id = found.instagram.id
        page.instagram_username = found.instagram.username
        page.instagram_name = found.instagram.name
        page.instagram_picture_url = found.instagram.picture_url
    elif instagram_readable:
        page.instagram_id = page.instagram_username = page.instagram_name = page.instagram_picture_url = None


def _instagram_readable(page: Page) -> bool:
    return any(grant.works and "instagram_basic" in grant.account.scopes for grant in page.grants)


def _error(*answers: object) -> str | None:
    return next((in_words(answer) for answer in answers if isinstance(answer, GraphError)), None)
