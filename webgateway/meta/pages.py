"""Facebook Pages: finding them, and their webhook subscriptions (contract 3)."""

from collections.abc import Callable, Collection, Iterable, Sequence

from .errors import GraphError
from .graph import BatchItem, Graph
from .integrity import Standing, standing
from .oauth import REQUIRED_FOR_PAGES, TokenInfo
from .page_nodes import EDGE_FIELDS, INSTAGRAM_FIELD, NODE_FIELDS, found_page
from .page_nodes import FoundPage as FoundPage
from .page_nodes import InstagramAccount as InstagramAccount
from .transport import expect_success
from .values import dict_of, id_of, list_of

MESSENGER_FIELDS = (
    "messages",
    "message_echoes",
    "message_deliveries",
    "message_reads",
    "message_reactions",
    "message_edits",
    "messaging_postbacks",
    "messaging_optins",
    "messaging_referrals",
    "messaging_handovers",
    "standby",
    "messaging_policy_enforcement",
    "business_integrity",
    "messaging_account_linking",
    "messaging_feedback",
    "feed",
)
INSTAGRAM_FIELDS = (
    "messages",
    "message_reactions",
    "messaging_postbacks",
    "messaging_seen",
    "messaging_referral",
    "message_edit",
    "messaging_handover",
    "standby",
    "comments",
    "live_comments",
    "mentions",
)
# the same thing has another name per object: contract 6.7
APP_FIELDS = {"page": MESSENGER_FIELDS, "instagram": INSTAGRAM_FIELDS}

_WITHHELD = {"permission", "our_bug", "not_found"}
"""Kinds of refusal that concern one thing asked for, not the whole conversation with Meta."""


class _Found:
    """Pages by id, each once, in the order they were found."""

    def __init__(self, on_progress: Callable[[int], None] | None) -> None:
        self.pages: dict[str, FoundPage] = {}
        self._on_progress = on_progress

    def add(self, page: FoundPage) -> None:
        known = self.pages.get(page.id)
        self.pages[page.id] = known.merged(page) if known else page
        if self._on_progress is not None:
            self._on_progress(len(self.pages))


def discover(
    graph: Graph,
    token: str,
    info: TokenInfo,
    granted: set[str],
    on_progress: Callable[[int], None] | None = None,
    known: Collection[str] = (),
) -> list[FoundPage]:
    """Every page the person gave us, by the three ways of contract 3.2.

    `granted`: the permissions with status granted. `on_progress` is told the number of pages so far.
    `known`: ids of pages given before. A permission for all pages names none of them, so these are asked for.
    What Meta withholds is left out or comes with its `error`; a GraphError is raised when the search itself
    broke off (dead token, limit, no connection), so that a shorter list never looks like a complete one.
    """
    found = _Found(on_progress)
    _read_edge(graph, "me/accounts", token, "accounts", found, tolerated={"permission"})
    targets = [info.granular[name] for name in REQUIRED_FOR_PAGES if name in info.granular]
    ticked = set().union(*(ids for ids in targets if ids is not None))
    _read_named(graph, ticked, token, found, withheld_too=True)
    if "business_management" in granted:
        _read_businesses(graph, token, found)
    if None in targets:
        _read_named(graph, known, token, found, withheld_too=False)
    return list(found.pages.values())


def _read_named(graph: Graph, ids: Collection[str], token: str, found: _Found, *, withheld_too: bool) -> None:
    """`withheld_too`: what Meta does not show is kept, with its error."""
    missing = sorted(set(ids) - found.pages.keys())
    for page_id, page in _details(graph, [(each, token) for each in missing], "granular").items():
        if isinstance(page, FoundPage):
            found.add(page)
        elif withheld_too or page.kind not in _WITHHELD:
            found.add(FoundPage(page_id, page_id, ways={"granular"}, error=page))


def _read_businesses(graph: Graph, token: str, found: _Found) -> None:
    try:
        rows = graph.pages_of("me/businesses", token, fields="id,name")
        businesses = [business for row in rows if (business := id_of(row.get("id")))]
    except GraphError as error:
        if error.kind not in _WITHHELD:
            raise
        return
    for business in businesses:
        for edge in ("owned_pages", "client_pages"):
            _read_edge(graph, f"{business}/{edge}", token, "business", found, tolerated=_WITHHELD)


def _read_edge(graph: Graph, path: str, token: str, way: str, found: _Found, tolerated: set[str]) -> None:
    """A field that may not be read fails the whole call: then without Instagram (contract 11)."""
    for fields, passing in ((f"{EDGE_FIELDS},{INSTAGRAM_FIELD}", _WITHHELD), (EDGE_FIELDS, tolerated)):
        try:
            for node in graph.pages_of(path, token, fields=fields):
                if id_of(node.get("id")):
                    found.add(found_page(node, way))
            return
        except GraphError as error:
            if error.kind not in passing:
                raise


def details_many(graph: Graph, pages: Sequence[tuple[str, str]]) -> dict[str, FoundPage | GraphError]:
    """`pages`: id and token of each."""
    return _details(graph, pages, "details")


def _details(graph: Graph, pages: Sequence[tuple[str, str]], way: str) -> dict[str, FoundPage | GraphError]:
    found = _read_nodes(graph, pages, f"{NODE_FIELDS},{INSTAGRAM_FIELD}", way)
    again = [
        (page_id, token)
        for page_id, token in pages
        if isinstance(error := found[page_id], GraphError) and error.kind in _WITHHELD
    ]
    return found | _read_nodes(graph, again, NODE_FIELDS, way)


def _read_nodes(
    graph: Graph, pages: Iterable[tuple[str, str]], fields: str, way: str
) -> dict[str, FoundPage | GraphError]:
    items = [BatchItem(page_id, token, {"fields": fields}) for page_id, token in pages]
    return {
        item.path: answer if isinstance(answer, GraphError) else found_page(answer | {"id": item.path}, way)
        for item, answer in zip(items, graph.batch(items), strict=True)
    }


def subscribed_fields(graph: Graph, page_id: str, page_token: str) -> set[str]:
    """Empty when our app is not subscribed."""
    return _our_fields(graph, graph.get(f"{page_id}/subscribed_apps", page_token))


def subscribed_fields_many(
    graph: Graph, pages: Sequence[tuple[str, str]]
) -> dict[str, set[str] | GraphError]:
    """`pages`: id and token of each."""
    items = [BatchItem(f"{page_id}/subscribed_apps", token) for page_id, token in pages]
    return {
        page_id: answer if isinstance(answer, GraphError) else _our_fields(graph, answer)
        for (page_id, _), answer in zip(pages, graph.batch(items), strict=True)
    }


def _our_fields(graph: Graph, answer: dict[str, object]) -> set[str]:
    rows = answer.get("data")
    for row in map(dict_of, list_of(rows)):
        if str(row.get("id")) == graph.app_id:
            return set(map(str, list_of(row.get("subscribed_fields"))))
    return set()


def subscribe(graph: Graph, page_id: str, page_token: str, fields: Sequence[str]) -> None:
    """Meta takes all fields or none, and they take the place of the old ones (contract 3.4)."""
    form = {"subscribed_fields": list(fields)}
    expect_success(graph.post(f"{page_id}/subscribed_apps", page_token, data=form))


def unsubscribe(graph: Graph, page_id: str, page_token: str) -> None:
    """Does nothing to a page that is not subscribed. Meta then posts to the deauthorize callback."""
    try:
        expect_success(graph.delete(f"{page_id}/subscribed_apps", page_token))
    except GraphError as error:
        if error.kind != "treat_as_success":
            raise


def subscribe_many(
    graph: Graph, pages: Sequence[tuple[str, str]], fields: Sequence[str]
) -> dict[str, bool | GraphError]:
    """`pages`: id and token of each. True where Meta took it, else why not, page by page."""
    form = {"subscribed_fields": list(fields)}
    return _write_many(
        graph,
        [BatchItem(f"{page_id}/subscribed_apps", token, {}, "POST", form) for page_id, token in pages],
    )


def unsubscribe_many(graph: Graph, pages: Sequence[tuple[str, str]]) -> dict[str, bool | GraphError]:
    """`pages`: id and token of each. A page that is not subscribed counts as done."""
    return _write_many(
        graph, [BatchItem(f"{page_id}/subscribed_apps", token, {}, "DELETE") for page_id, token in pages]
    )


def _write_many(graph: Graph, items: list[BatchItem]) -> dict[str, bool | GraphError]:
    outcomes = zip(items, map(_written, graph.batch(items)), strict=True)
    return {item.path.partition("/")[0]: outcome for item, outcome in outcomes}


def _written(answer: dict[str, object] | GraphError) -> bool | GraphError:
    try:
        if isinstance(answer, GraphError):
            raise answer
        expect_success(answer)
    except GraphError as error:
        return True if error.kind == "treat_as_success" else error
    return True


def page_status_many(graph: Graph, pages: Sequence[tuple[str, str]]) -> dict[str, Standing | GraphError]:
    """How each page stands with Meta's rules. `pages`: id and token of each."""
    items = [BatchItem(f"{page_id}/page_status", token) for page_id, token in pages]
    return {
        page_id: answer if isinstance(answer, GraphError) else standing(answer)
        for (page_id, _), answer in zip(pages, graph.batch(items), strict=True)
    }
