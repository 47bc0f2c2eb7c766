"""/{page}/subscribed_apps (contract 3.4)."""

from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, missing_parameter
from webgateway.simulator.graph.fields import KNOWN
from webgateway.simulator.graph.tokens import grant_of, page_token, permitted, require, token_of
from webgateway.simulator.listening import forgive
from webgateway.simulator.page_settings import leave_page
from webgateway.simulator.state.grants import Grant

LEGAL_FIELDS: list[str] = KNOWN["subscribed_fields"]["page"]


def read_subscribed_apps(call: Call) -> dict[str, Any]:
    token = page_token(call, call.node)
    require(call, grant_of(call, token), "pages_manage_metadata")
    fields = call.world.page_subscriptions.get(f"{token.app}:{call.node}")
    if fields is None:
        return {"data": []}
    app = call.world.apps[token.app]
    row = {
        "id": app.id,
        "name": app.name,
        "category": "Business",
        "link": f"https://www.facebook.com/games/?app_id={app.id}",
    }
    return {"data": [row | {"subscribed_fields": list(fields)}]}


def subscribe(call: Call) -> dict[str, Any]:
    token = page_token(call, call.node)
    fields = call.names("subscribed_fields")
    if not fields:
        raise missing_parameter("subscribed_fields")
    for index, name in enumerate(fields):
        if name not in LEGAL_FIELDS:
            words = assumptions.UNKNOWN_FIELD_MESSAGE.format(index=index, fields=", ".join(LEGAL_FIELDS))
            raise GraphError(100, words)
    grant = grant_of(call, token)
    _refuse_unpermitted(call, grant, fields)
    require(call, grant, "pages_manage_metadata")
    if "MODERATE" not in call.world.tasks(token.user, call.node):
        raise GraphError(200, assumptions.MISSING_TASK_MESSAGE, status=403)
    key = f"{token.app}:{call.node}"
    kept = [] if assumptions.SUBSCRIPTION_REPLACES_FIELDS else call.world.page_subscriptions.get(key, [])
    call.world.page_subscriptions[key] = list(dict.fromkeys([*kept, *fields]))
    forgive(call.platform, token.app, call.node)
    return {"success": True}


def _refuse_unpermitted(call: Call, grant: Grant, fields: list[str]) -> None:
    """All or nothing: one field without its permission refuses the whole call, one sentence per field."""
    sentences = [
        f"To subscribe to the {name} field, one of these permissions is needed: {permission_for(name)}"
        for name in fields
        if not permitted(call, grant, permission_for(name))
    ]
    if sentences:
        raise GraphError(200, "(#200) " + ". ".join(sentences), status=403)


def permission_for(name: str) -> str:
    messaging = (
        name.startswith(("message", "messaging_", "standby")) and name != "message_template_status_update"
    )
    return "pages_messaging" if messaging else "pages_manage_metadata"


def unsubscribe(call: Call) -> dict[str, Any]:
    token = token_of(call)
    if token.type != "APP":
        token = page_token(call, call.node)
        require(call, grant_of(call, token), "pages_manage_metadata")
    if not leave_page(call.platform, token.app, call.node):
        raise GraphError(100, f"(#100) App is not installed: {token.app}")
    return {"success": True}
