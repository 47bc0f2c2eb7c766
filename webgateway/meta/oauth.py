"""Facebook Login: contract 2."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from .errors import GraphError, from_answer
from .graph import Graph
from .transport import expect_success
from .values import dict_of, id_of, instant, list_of, text_of

LONGEST_LIFE = 10**9  # seconds

# contract 12
REQUIRED_FOR_PAGES = ("pages_show_list", "pages_messaging", "pages_manage_metadata")
PAGE_PERMISSIONS = (*REQUIRED_FOR_PAGES, "business_management", "pages_read_engagement")
REQUIRED_FOR_INSTAGRAM = (
    "pages_show_list",
    "pages_manage_metadata",
    "instagram_basic",
    "instagram_manage_messages",
)
INSTAGRAM_PERMISSIONS = (
    *REQUIRED_FOR_INSTAGRAM,
    "pages_messaging",
    "business_management",
    "pages_read_engagement",
)

FOR_COMMENTS = {"pages": "pages_read_user_content", "instagram": "instagram_manage_comments"}
"""Asked for on demand only: Meta's dialog refuses people with a role in an app that lacks one of them."""


@dataclass(frozen=True)
class UserToken:
    value: str = field(repr=False)
    expires_at: datetime | None
    """UTC; None when Meta names no end."""


@dataclass(frozen=True)
class TokenInfo:
    is_valid: bool
    type: str | None
    """USER, PAGE, APP or SYSTEM_USER."""
    user_id: str | None
    profile_id: str | None
    """The page of a page token."""
    app_id: str | None
    scopes: set[str]
    granular: dict[str, set[str] | None]
    """Permission → ids of pages and Instagram accounts it was given for; None = all of them."""
    expires_at: datetime | None
    data_access_expires_at: datetime | None
    """Both UTC; None = never, or not said."""
    error: GraphError | None


@dataclass(frozen=True)
class Person:
    id: str
    name: str | None
    picture_url: str | None


def dialog_url(
    facebook_url: str,
    version: str,
    app_id: str,
    redirect_uri: str,
    state: str,
    scope: Sequence[str],
    config_id: str | None = None,
    rerequest: bool = True,
) -> str:
    """With `config_id` (Login for Business) the configuration names the permissions, not `scope`."""
    query = {
        "client_id": app_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "response_type": "code",
        "display": "popup",
    }
    query |= {"config_id": config_id} if config_id else {"scope": ",".join(scope)}
    if rerequest:
        query["auth_type"] = "rerequest"
    return f"{facebook_url.rstrip('/')}/{version}/dialog/oauth?{urlencode(query)}"


def exchange_code(graph: Graph, code: str, redirect_uri: str) -> UserToken:
    """`redirect_uri`: to the byte as in the dialog. The token lives an hour or two, see `long_lived`."""
    form = {"redirect_uri": redirect_uri, "code": code}
    return _token(graph.post("oauth/access_token", data=_client(graph) | form))


def long_lived(graph: Graph, token: str) -> UserToken:
    """About 60 days; page tokens read with it do not expire by time (contract 2.4)."""
    form = {"grant_type": "fb_exchange_token", "fb_exchange_token": token}
    # A form, although the guide shows GET: an address is logged on its way, secret and token with it.
    return _token(graph.post("oauth/access_token", data=_client(graph) | form))


def debug_token(graph: Graph, token: str) -> TokenInfo:
    """Asked with the app's token. A dead token is an answer (`is_valid` False), not an exception."""
    data = dict_of(graph.get("debug_token", graph.app_token, input_token=token).get("data"))
    return TokenInfo(
        is_valid=data.get("is_valid") is True,
        type=data.get("type"),
        user_id=_id(data.get("user_id")),
        profile_id=_id(data.get("profile_id")),
        app_id=_id(data.get("app_id")),
        scopes=set(map(str, list_of(data.get("scopes")))),
        granular=_granular(list_of(data.get("granular_scopes"))),
        # 0 = never: contract 2.5
        expires_at=instant(data.get("expires_at")),
        data_access_expires_at=instant(data.get("data_access_expires_at")),
        error=from_answer(200, data, {}) if data.get("error") else None,
    )


def permissions(graph: Graph, token: str) -> dict[str, str]:
    """Permission → granted, declined or expired."""
    rows = graph.pages_of("me/permissions", token)
    return {str(row.get("permission")): str(row.get("status")) for row in rows}


def me(graph: Graph, token: str) -> Person:
    found = graph.get("me", token, fields="id,name,picture{url}")
    person_id = id_of(found.get("id"))
    if person_id is None:
        raise GraphError("Meta did not say who logged in.", http_status=200)
    return Person(person_id, text_of(found.get("name")), picture_url(found))


def revoke(graph: Graph, token: str) -> None:
    """The person's whole grant ends; Meta then posts to the deauthorize callback (contract 2.7)."""
    expect_success(graph.delete("me/permissions", token))


def picture_url(node: dict[str, Any]) -> str | None:
    return text_of(dict_of(dict_of(node.get("picture")).get("data")).get("url"))


def _client(graph: Graph) -> dict[str, str]:
    return {"client_id": graph.app_id, "client_secret": graph.app_secret}


def _token(answer: dict[str, Any]) -> UserToken:
    token, seconds = text_of(answer.get("access_token")), answer.get("expires_in")
    if token is None:
        raise GraphError("Meta answered without a token.", http_status=200)
    if not isinstance(seconds, int) or not 0 < seconds < LONGEST_LIFE:
        return UserToken(token, None)
    return UserToken(token, datetime.now(UTC) + timedelta(seconds=seconds))


def _granular(rows: list[Any]) -> dict[str, set[str] | None]:
    return {
        str(row.get("scope")): None
        if row.get("target_ids") is None
        else set(map(str, list_of(row["target_ids"])))
        for row in map(dict_of, rows)
    }


def _id(value: Any) -> str | None:
    return str(value) if value else None
