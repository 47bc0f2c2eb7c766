"""A customer's name and picture: contract 8."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .batch import BatchItem
from .errors import GraphError
from .graph import Graph
from .values import text_of

_FIELDS = {
    "messenger": ("id,name,first_name,last_name,profile_pic",),
    # One field that may not be read fails the whole call: then fewer are asked for (contract 8.2).
    "instagram": ("name,username,profile_pic", "username"),
}
_ABOUT_FIELDS = {"our_bug", "permission"}
"""Kinds of refusals that may be about a single field."""


@dataclass(frozen=True)
class Profile:
    name: str | None
    picture_url: str | None
    """Expires within days."""
    username: str | None


def fetch(graph: Graph, channel: str, user_id: str, page_token: str) -> Profile:
    """All None when Meta shows nothing; GraphError of kind `profile_unavailable` when it says so aloud."""
    return _profile(_read(graph, user_id, page_token, *_FIELDS[channel]))


def fetch_many(
    graph: Graph, channel: str, user_ids: Sequence[str], page_token: str
) -> dict[str, Profile | GraphError]:
    """The same of many, fifty in a call. Raises GraphError when Meta refuses the call as a whole."""
    found: dict[str, Profile | GraphError] = {}
    waiting = list(user_ids)
    for fields in _FIELDS[channel]:
        items = [BatchItem(user_id, page_token, {"fields": fields}) for user_id in waiting]
        for user_id, answer in zip(waiting, graph.batch(items), strict=True):
            found[user_id] = answer if isinstance(answer, GraphError) else _profile(answer)
        waiting = [user_id for user_id in waiting if _is_about_fields(found[user_id])]
        if not waiting:
            break
    return found


def _profile(found: dict[str, Any]) -> Profile:
    names = (text_of(found.get("first_name")), text_of(found.get("last_name")))
    return Profile(
        name=text_of(found.get("name")) or " ".join(filter(None, names)) or None,
        picture_url=text_of(found.get("profile_pic")),
        username=text_of(found.get("username")),
    )


def _is_about_fields(answer: object) -> bool:
    return isinstance(answer, GraphError) and answer.kind in _ABOUT_FIELDS


def _read(graph: Graph, user_id: str, page_token: str, fields: str, *fewer: str) -> dict[str, Any]:
    try:
        return graph.get(user_id, page_token, fields=fields)
    except GraphError as error:
        if not fewer or not _is_about_fields(error):
            raise
    return _read(graph, user_id, page_token, *fewer)
