"""The webhook subscription that a page and its Instagram account share; what counts is what Meta says.

Meta subscribes the page alone: Messenger needs its fields, Instagram any field at all (contract 3.4, 3.6).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from ..db import db, utcnow
from ..gateways.models import Gateway
from ..meta import pages as meta_pages
from ..meta.errors import GraphError
from ..meta.graph import Graph
from .asking import Question, ask, in_words
from .models import Page

INSTAGRAM_ONLY = ("name",)
"""A harmless field, which needs no pages_messaging."""

Fields = tuple[str, ...]
Reasons = dict[int, str]
"""In words, by page id: why it is not subscribed as it should be."""


def wanted_fields(page: Page) -> Fields:
    """Meta's fields the page shall be subscribed to by its switches; empty = none."""
    return fields_for(page.messenger_wanted, page.instagram_wanted and bool(page.instagram_id))


def fields_for(messenger: bool, instagram: bool) -> Fields:
    """Messenger's suffice for Instagram, too."""
    if messenger:
        return meta_pages.MESSENGER_FIELDS
    return INSTAGRAM_ONLY if instagram else ()


def switch(gateway: Gateway, on: list[Page], off: list[Page]) -> list[Page]:
    """The pages' own switches, each on its own, and the truth read back. Commits; the pages that failed.

    An Instagram account that is heard through its page goes on being heard.
    """
    changed = {page: fields_for(page in on, _hears_instagram(page)) for page in on + off}
    reasons = subscribe(gateway, changed)
    for page in changed:
        page.subscription_error = reasons.get(page.id)
        if page.subscription_error is None:
            page.messenger_wanted, page.instagram_wanted = page in on, _hears_instagram(page)
    db.session.commit()
    return [page for page in changed if page.subscription_error]


def switch_instagram(gateway: Gateway, on: list[Page], off: list[Page]) -> list[Page]:
    """The switches of their Instagram accounts. A page that is on stays on: its account is muted then, for
    Meta goes on sending. Commits; the pages whose account failed."""
    asked = {page: fields_for(_hears_messenger(page), True) for page in on}
    reasons = subscribe(gateway, asked | {page: () for page in off if not _hears_messenger(page)})
    # One field without permission refuses them all (contract 3.4): Instagram does not wait for Messenger's.
    refused = [page for page in on if page.id in reasons and not page.subscribed_fields]
    if alone := [page for page in refused if asked[page] != INSTAGRAM_ONLY]:
        reasons |= subscribe(gateway, dict.fromkeys(alone, INSTAGRAM_ONLY))
    for page in on + off:
        done = bool(page.subscribed_fields) if page in on else page.id not in reasons
        page.instagram_error = None if done else reasons[page.id]
        if done:
            page.instagram_wanted, page.instagram_muted = page in on, page in off
    db.session.commit()
    return [page for page in on + off if page.instagram_error]


def subscribe(gateway: Gateway, pages: Mapping[Page, Fields]) -> Reasons:
    """Have each page subscribed to its fields (empty = none) and believe what Meta says then. Commits."""
    alike: defaultdict[Fields, list[Page]] = defaultdict(list)
    for page, fields in pages.items():
        alike[fields].append(page)
    outcomes: dict[int, bool | GraphError] = {}
    for fields, some in alike.items():
        outcomes |= ask(gateway, some, subscribing(fields) if fields else meta_pages.unsubscribe_many)
    truth = ask(gateway, list(pages), meta_pages.subscribed_fields_many)
    for page in pages:
        believe(page, truth.get(page.id))
    db.session.commit()
    reasons = {
        page.id: _reason(page, fields, outcomes.get(page.id), truth.get(page.id))
        for page, fields in pages.items()
    }
    return {page_id: reason for page_id, reason in reasons.items() if reason is not None}


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


def _hears_messenger(page: Page) -> bool:
    return page.messenger_wanted or page.subscribed


def _hears_instagram(page: Page) -> bool:
    """Switched on, or heard all the same once its page is: Meta sends both."""
    return page.instagram_wanted or (page.instagram_usable and not page.instagram_muted)


def _reason(
    page: Page, fields: Fields, outcome: bool | GraphError | None, truth: set[str] | GraphError | None
) -> str | None:
    if outcome is None:
        return page.obstacle or "No working login covers this page."
    if isinstance(outcome, GraphError):
        return in_words(outcome)
    if isinstance(truth, GraphError):
        return f"Meta took the change, but could not confirm it: {in_words(truth)}"
    if bool(page.subscribed_fields) != bool(fields) or page.subscribed != ("messages" in fields):
        return "Meta took the change, but still says otherwise. Press Refresh in a moment."
    return None
