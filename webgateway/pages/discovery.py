"""What a finished login brings: Meta is asked everything here, and the database nothing."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from ..meta import oauth
from ..meta import pages as meta_pages
from ..meta.errors import GraphError
from ..meta.graph import Graph
from ..meta.oauth import Person, TokenInfo, UserToken
from ..meta.pages import FoundPage

ASKED = {"pages": oauth.PAGE_PERMISSIONS, "instagram": oauth.INSTAGRAM_PERMISSIONS}
REQUIRED = {"pages": oauth.REQUIRED_FOR_PAGES, "instagram": oauth.REQUIRED_FOR_INSTAGRAM}
"""For an Instagram account alone the page is subscribed without pages_messaging: contract 3.6."""
ENOUGH = {"MESSAGING": "answer messages", "MODERATE": "receive messages"}
"""Tasks a person needs on a page, and what for: contract 12."""


@dataclass(frozen=True)
class Discovery:
    purpose: str
    token: UserToken
    info: TokenInfo
    granted: set[str]
    person: Person
    pages: list[FoundPage]
    subscriptions: dict[str, set[str] | GraphError]
    """By Meta's page id; a page may be missing."""

    @property
    def declined(self) -> list[str]:
        return [name for name in REQUIRED[self.purpose] if name not in self.granted]

    @property
    def person_name(self) -> str:
        return self.person.name or self.person.id

    def shortcoming(self, page: FoundPage, of: str = "pages") -> str | None:
        """Why this login is not enough to receive messages and to answer them: the page's, or with `of`
        "instagram" its Instagram account's."""
        for permission in REQUIRED[of]:
            if not self._holds(permission, page):
                return self._not_given(permission, of)
        for task, what in ENOUGH.items():
            if page.tasks is not None and task not in page.tasks:
                return (
                    f"{self.person_name} may not {what} on this page. A page administrator must give "
                    f"the task {task} in the page's settings on Facebook; then log in again."
                )
        return None

    def _not_given(self, permission: str, of: str) -> str:
        if permission not in ASKED[self.purpose]:
            button = "Add or Remove Instagram Accounts" if of == "instagram" else "Add or Remove Pages"
            return f"This login was not asked for the permission {permission}. Press {button} and log in."
        what = "account" if of == "instagram" else "page"
        return f"The permission {permission} was not given for this {what}. Log in again and leave it on."

    def _holds(self, permission: str, page: FoundPage) -> bool:
        if permission not in self.granted:
            return False
        targets = self.info.granular.get(permission)
        if permission.startswith("instagram_"):
            return targets is None or page.instagram is None or page.instagram.id in targets
        return targets is None or page.id in targets


def discover(
    graph: Graph,
    code: str,
    redirect_uri: str,
    purpose: str,
    known: Mapping[str, Collection[str]],
    on_progress: Callable[[int], None],
) -> Discovery:
    """Raises GraphError. The long-lived token first: then page tokens do not expire (contract 2.4).

    `known`: Meta's ids of the pages that earlier logins covered, by the person's id at Meta.
    `on_progress` is told the number of pages so far.
    """
    short = oauth.exchange_code(graph, code, redirect_uri)
    token = oauth.long_lived(graph, short.value)
    info = oauth.debug_token(graph, token.value)
    if not info.is_valid:
        raise info.error or GraphError("Meta calls the new token invalid.", code=190, http_status=200)
    granted = {name for name, status in oauth.permissions(graph, token.value).items() if status == "granted"}
    person = oauth.me(graph, token.value)
    everything = meta_pages.discover(graph, token.value, info, granted, on_progress, known.get(person.id, ()))
    pages = [page for page in everything if _ticked(info, page)]
    return Discovery(purpose, token, info, granted, person, pages, _subscriptions(graph, pages))


def _ticked(info: TokenInfo, page: FoundPage) -> bool:
    """A portfolio shows all its pages, also those nobody chose; no ids at all means every page."""
    chosen = [info.granular[name] for name in oauth.REQUIRED_FOR_PAGES if name in info.granular]
    return not chosen or any(targets is None or page.id in targets for targets in chosen)


def _subscriptions(graph: Graph, pages: list[FoundPage]) -> dict[str, set[str] | GraphError]:
    try:
        return meta_pages.subscribed_fields_many(
            graph, [(page.id, page.token) for page in pages if page.token]
        )
    except GraphError:
        # The pages are found all the same; Refresh asks again.
        return {}
