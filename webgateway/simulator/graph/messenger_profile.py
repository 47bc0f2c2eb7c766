"""/{page}/messenger_profile: what a page shows before anybody writes (contract 7.3)."""

from typing import Any

from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, missing_parameter
from webgateway.simulator.graph.tokens import grant_of, page_token, require

PROPERTIES = (
    "get_started",
    "greeting",
    "persistent_menu",
    "ice_breakers",
    "commands",
    "whitelisted_domains",
    "account_linking_url",
    "home_url",
    "title",
    "description",
)
ICE_BREAKERS = 4


def read_profile(call: Call) -> dict[str, Any]:
    stored = _stored(call)
    asked = call.names("fields") or list(stored)
    found = {name: stored[name] for name in asked if name in stored}
    return {"data": [found] if found else []}


def write_profile(call: Call) -> dict[str, Any]:
    stored = _stored(call)
    given = {name: call.data(name) for name in PROPERTIES if name in call.params}
    if not given:
        raise missing_parameter("get_started")
    if len(given.get("ice_breakers") or []) > ICE_BREAKERS:
        raise GraphError(100, "(#100) Length of param ice_breakers must be less than or equal to 4")
    stored.update(given)
    return {"result": "success"}


def delete_profile(call: Call) -> dict[str, Any]:
    names = call.names("fields")
    if not names:
        raise missing_parameter("fields")
    stored = _stored(call)
    for name in names:
        stored.pop(name, None)
    return {"result": "success"}


def _stored(call: Call) -> dict[str, Any]:
    """Messenger and Instagram have a profile each."""
    token = page_token(call, call.node)
    on_instagram = call.text("platform").lower() == "instagram"
    needed = "instagram_manage_messages" if on_instagram else "pages_messaging"
    require(call, grant_of(call, token), needed)
    return call.world.profiles.setdefault(f"{call.node}:{'instagram' if on_instagram else 'messenger'}", {})
