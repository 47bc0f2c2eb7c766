"""A customer's name and picture: contract 8."""

from dataclasses import dataclass

from .graph import Graph
from .values import text_of

_FIELDS = {
    "messenger": "id,name,first_name,last_name,profile_pic",
    # one field too many fails the whole call: contract 8.2
    "instagram": "name,username,profile_pic",
}


@dataclass(frozen=True)
class Profile:
    name: str | None
    picture_url: str | None
    """Expires within days."""
    username: str | None


def fetch(graph: Graph, channel: str, user_id: str, page_token: str) -> Profile:
    """All None when Meta shows nothing; GraphError of kind `profile_unavailable` when it says so aloud."""
    found = graph.get(user_id, page_token, fields=_FIELDS[channel])
    names = (text_of(found.get("first_name")), text_of(found.get("last_name")))
    return Profile(
        name=text_of(found.get("name")) or " ".join(filter(None, names)) or None,
        picture_url=text_of(found.get("profile_pic")),
        username=text_of(found.get("username")),
    )
