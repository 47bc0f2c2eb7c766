"""Switching the webhook subscription of pages; what counts afterwards is what Meta says."""

from collections.abc import Sequence

from ..db import db, utcnow
from ..gateways.models import Gateway
from ..meta import pages as meta_pages
from ..meta.errors import GraphError
from ..meta.graph import Graph
from .asking import Question, ask, in_words
from .models import Page

INSTAGRAM_ONLY = ("name",)
"""A harmless field: Instagram's events need the page subscribed to something. Contract 3.4, 3.6."""


def switch(gateway: Gateway, on: list[Page], off: list[Page]) -> list[Page]:
    """Each page on its own, and the truth read back. Commits; returns the pages that failed."""
    keeping = [page for page in off if page.instagram_in_use]
    leaving = [page for page in off if not page.instagram_in_use]
    outcomes = (
        ask(gateway, on, subscribing(meta_pages.MESSENGER_FIELDS))
        | ask(gateway, keeping, subscribing(INSTAGRAM_ONLY))
        | ask(gateway, leaving, meta_pages.unsubscribe_many)
    )
    changed = on + off
    truth = ask(gateway, changed, meta_pages.subscribed_fields_many)
    for page in changed:
        believe(page, truth.get(page.id))
        page.subscription_error = _failure(page, page in on, outcomes.get(page.id), truth.get(page.id))
    db.session.commit()
    return [page for page in changed if page.subscription_error]


def subscribing(fields: Sequence[str]) -> Question[bool]:
    def question(graph: Graph, pages: Sequence[tuple[str, str]]) -> dict[str, bool | GraphError]:
        return meta_pages.subscribe_many(graph, pages, fields)

    return question


def believe(page: Page, truth: set[str] | GraphError | None) -> None:
    """Keep what Meta says about the page's subscription; no answer changes nothing."""
    if isinstance(truth, set):
        page.subscribed = "messages" in truth
        page.subscribed_fields = sorted(truth)
        page.checked_at = utcnow()


def _failure(
    page: Page, wanted: bool, outcome: bool | GraphError | None, truth: set[str] | GraphError | None
) -> str | None:
    if outcome is None:
        return page.obstacle or "No working login covers this page."
    if isinstance(outcome, GraphError):
        return in_words(outcome)
    if isinstance(truth, GraphError):
        return f"Meta took the change, but could not confirm it: {in_words(truth)}"
    if page.subscribed != wanted:
        return "Meta took the change, but still says otherwise. Press Refresh in a moment."
    return None
