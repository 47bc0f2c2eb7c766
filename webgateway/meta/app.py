"""Calls about the Meta app itself: credentials, version, webhook."""

from collections.abc import Sequence
from dataclasses import dataclass

import requests

from . import versions
from .errors import GraphError, Unreachable
from .graph import Graph
from .transport import expect_success
from .values import dict_of, list_of


@dataclass(frozen=True)
class AppIdentity:
    id: str
    name: str | None


@dataclass(frozen=True)
class Served:
    name: str
    expired_as: str | None
    """The version Meta serves in its place; None when it serves the one asked for."""


@dataclass(frozen=True)
class UnknownVersion:
    name: str


@dataclass(frozen=True)
class AppSubscription:
    object: str
    callback_url: str
    active: bool
    fields: list[str]


def check_credentials(graph: Graph) -> AppIdentity:
    """Raises GraphError of kind `bad_credentials`, whose `field` is `app_secret` or `app_id`.

    Any other GraphError is no verdict: contract 4.3.
    """
    form = {
        "client_id": graph.app_id,
        "client_secret": graph.app_secret,
        "grant_type": "client_credentials",
    }
    graph.post("oauth/access_token", data=form)
    try:
        found = graph.get(graph.app_id, graph.app_token, fields="id,name")
    except GraphError:
        # the pair is proven; a name may be withheld (contract 4.4)
        found = {}
    return AppIdentity(graph.app_id, str(found["name"]) if found.get("name") else None)


def probe_version(
    base_url: str, name: str, session: requests.Session | None = None
) -> Served | UnknownVersion:
    """Asks without a token whether Meta serves this version: contract 1.3.

    Raises Unreachable when the answer does not tell.
    """
    if not versions.SYNTAX.match(name):
        return UnknownVersion(name)
    graph = Graph(base_url, name, app_id="", app_secret="", session=session)
    try:
        graph.get("me")
    except GraphError as error:
        if error.code == 2500 and "active access token must be used" in error.message:
            served = graph.served_version
            return Served(name, served if served and served != name else None)
        if error.code == 2500 and "Unknown path components" in error.message:
            return UnknownVersion(name)
    raise Unreachable(f"Meta did not say whether it serves {name}.")


def subscribe(graph: Graph, object: str, callback_url: str, verify_token: str, fields: Sequence[str]) -> None:
    """Meta calls `callback_url` before it answers; code 2200 when that fails (contract 4.2)."""
    form = {
        "object": object,
        "callback_url": callback_url,
        "verify_token": verify_token,
        "fields": list(fields),
        "include_values": True,
    }
    expect_success(graph.post(f"{graph.app_id}/subscriptions", graph.app_token, data=form))


def subscriptions(graph: Graph) -> list[AppSubscription]:
    rows = list_of(graph.get(f"{graph.app_id}/subscriptions", graph.app_token).get("data"))
    return [
        AppSubscription(
            object=str(row.get("object")),
            callback_url=str(row.get("callback_url") or ""),
            active=bool(row.get("active")),
            fields=[
                str(field.get("name")) if isinstance(field, dict) else str(field)
                for field in list_of(row.get("fields"))
            ],
        )
        for row in map(dict_of, rows)
    ]


def unsubscribe(graph: Graph, object: str) -> None:
    expect_success(graph.delete(f"{graph.app_id}/subscriptions", graph.app_token, object=object))


def set_deauthorize_url(graph: Graph, url: str) -> None:
    """Refused when the app does not allow changes of its settings by API: contract 4.4."""
    expect_success(graph.post(graph.app_id, graph.app_token, data={"deauth_callback_url": url}))
