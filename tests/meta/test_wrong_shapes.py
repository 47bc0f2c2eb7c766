"""Lists where objects belong, null names, numbers out of range: never worse than a GraphError."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests_mock

from webgateway.meta import app, messages, oauth, pages, profiles
from webgateway.meta.errors import GraphError
from webgateway.meta.graph import BatchItem, Graph
from webgateway.meta.oauth import TokenInfo

JUNK: list[Any] = [
    None, True, -1, 10**30, 1.5, "", "x", [], [None], [[]], [1], {}, {"a": 1}, {"data": [None, "x", {}]},
]  # fmt: skip
NODE = {
    "id": "1",
    "name": "Cisco Dogs",
    "category": "Pet shop",
    "picture": {"data": {"url": "https://x"}},
    "access_token": "EAAx",
    "tasks": ["MESSAGING"],
    "instagram_business_account": {"id": "2", "username": "u", "name": "n", "profile_picture_url": "p"},
}
DEBUG = {
    "is_valid": True,
    "type": "USER",
    "user_id": "1",
    "profile_id": "2",
    "scopes": ["a"],
    "granular_scopes": [{"scope": "a", "target_ids": ["1"]}],
    "expires_at": 5,
    "data_access_expires_at": 6,
    "error": {"code": 190, "message": "m", "subcode": 1},
}
TICKED = TokenInfo(True, None, None, None, None, set(), {"pages_show_list": {"9"}}, None, None, None)
LIST = {"data": [NODE], "paging": {"cursors": {"after": "A"}, "next": "https://graph.test/x?after=B"}}
PERMISSIONS = {"data": [{"permission": "a", "status": "granted"}]}
FIELDS = {"data": [{"id": "1029", "subscribed_fields": ["messages"]}]}
ROWS = {"data": [{"object": "page", "callback_url": "u", "active": True, "fields": [{"name": "messages"}]}]}
BATCH = [{"code": 200, "body": json.dumps(NODE)}]
TOKEN = {"access_token": "t", "expires_in": 5}
CALLS: dict[str, tuple[Callable[[Graph], Any], Any]] = {
    "code": (lambda graph: oauth.exchange_code(graph, "c", "r"), TOKEN),
    "debug": (lambda graph: oauth.debug_token(graph, "t"), {"data": DEBUG}),
    "permissions": (lambda graph: oauth.permissions(graph, "t"), PERMISSIONS),
    "me": (lambda graph: oauth.me(graph, "t"), {"id": "1", "name": "n", "picture": {"data": {"url": "u"}}}),
    "discover": (lambda graph: pages.discover(graph, "t", TICKED, {"business_management"}), LIST),
    "details": (lambda graph: pages.details_many(graph, [("1", "t")]), BATCH),
    "subscribed": (lambda graph: pages.subscribed_fields(graph, "1", "t"), FIELDS),
    "subscriptions": (app.subscriptions, ROWS),
    "credentials": (app.check_credentials, {"access_token": "x", "name": "n"}),
    "send": (lambda graph: messages.send(graph, "1", "t", "2", {"text": "hi"}), {"message_id": "m"}),
    "profile": (
        lambda graph: profiles.fetch(graph, "messenger", "1", "t"),
        {"name": "n", "profile_pic": "p"},
    ),
}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in inner:
        yield from places(item, (*path, name))


def with_junk(answer: Any) -> Iterator[Any]:
    """The answer with junk in each of its places, and junk alone."""
    yield from JUNK
    for path in places(answer):
        for junk in JUNK:
            changed = json.loads(json.dumps(answer))
            holder = changed
            for name in path[:-1]:
                holder = holder[name]
            holder[path[-1]] = junk
            yield changed


@pytest.mark.parametrize("name", CALLS)
def test_no_shape_of_an_answer_breaks_the_call(
    name: str, graph: Graph, meta: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL")
    call, answer = CALLS[name]
    for junk in with_junk(answer):
        meta.register_uri(requests_mock.ANY, requests_mock.ANY, text=json.dumps(junk))
        with suppress(GraphError):
            call(graph)


@pytest.mark.parametrize("field", ["name", "category", "access_token", "picture"])
@pytest.mark.parametrize("junk", [{"a": 1}, ["x"], 5, True])
def test_a_page_holds_text_or_nothing(
    field: str, junk: Any, graph: Graph, meta: requests_mock.Mocker
) -> None:
    """Whatever else stood there could not be stored."""
    meta.post("https://graph.test/v26.0/", json=[{"code": 200, "body": json.dumps({**NODE, field: junk})}])
    page = pages.details_many(graph, [("1", "t")])["1"]
    assert isinstance(page, pages.FoundPage)
    for value in (page.name, page.category, page.token, page.picture_url):
        assert value is None or isinstance(value, str)


def test_a_login_without_a_person_is_refused(graph: Graph, meta: requests_mock.Mocker) -> None:
    meta.get("https://graph.test/v26.0/me", json=True)
    with pytest.raises(GraphError, match="who logged in"):
        oauth.me(graph, "t")


def test_what_no_database_could_hold_is_replaced(meta: requests_mock.Mocker, graph: Graph) -> None:
    """NUL and half a pair of surrogates, which JSON may hold."""
    name = r'{"name": "Orchard\u0000 \ud83d"}'
    meta.get("https://graph.test/v26.0/210", text=name)
    meta.post("https://graph.test/v26.0/", json=[{"code": 200, "body": name}])
    assert graph.get("210") == {"name": "Orchard\ufffd ?"}
    assert graph.batch([BatchItem("210", "EAAolena")]) == [{"name": "Orchard\ufffd ?"}]
