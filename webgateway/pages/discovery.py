"""What a finished login brings: Meta is asked everything here, and the database nothing."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from ..meta import oauth
from ..meta import pages as meta_pages
from ..meta.errors import GraphError
from ..meta.graph import Graph
from ..meta.oauth import Person, TokenInfo, UserToken
from ..meta.pages import FoundPage
from .sufficing import ASKED as ASKED
from .sufficing import REQUIRED as REQUIRED
from .sufficing import Subject, covers, shortcoming


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
        instagram_id = page.instagram.id if page.instagram else None
        asked = Subject(page.id, instagram_id, page.tasks, self.purpose, self.person_name)
        return shortcoming(of, asked, self.granted, self.info)


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
    pages = [page for page in everything if covers(info, page.id)]
    return Discovery(purpose, token, info, granted, person, pages, _subscriptions(graph, pages))


def _subscriptions(graph: Graph, pages: list[FoundPage]) -> dict[str, set[str] | GraphError]:
    try:
        return meta_pages.subscribed_fields_many(
            graph, [(page.id, page.token) for page in pages if page.token]
        )
    except GraphError:
        # The pages are found all the same; Refresh asks again.
        return {}
