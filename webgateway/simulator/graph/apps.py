"""GET and POST /{app} (contract 4.3, 4.4)."""

from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, unknown_object
from webgateway.simulator.graph.fields import Field, parse_fields, pick
from webgateway.simulator.graph.tokens import app_for, token_of
from webgateway.simulator.state.apps import App

WRITABLE = (
    "deauth_callback_url",
    "app_domains",
    "privacy_policy_url",
    "terms_of_service_url",
    "website_url",
    "user_support_email",
)


def read_app(call: Call) -> dict[str, Any]:
    token = token_of(call)
    if token.app != call.node:
        raise unknown_object(call.node)
    app = call.world.apps[call.node]
    readers = {
        "id": lambda _: app.id,
        "name": lambda _: app.name,
        "link": lambda _: f"https://www.facebook.com/games/?app_id={app.id}",
        "category": lambda _: "Business",
        "has_messenger_product": lambda _: True,
        "owner_business": lambda _: {"id": app.business} if app.business else None,
    }
    stored = {name: _reader(app, name) for name in WRITABLE}
    return pick("Application", parse_fields(call.text("fields") or "id,name,link,category"), readers | stored)


def _reader(app: App, name: str) -> Any:
    def read(_: Field) -> str | None:
        return app.settings.get(name)

    return read


def write_app(call: Call) -> dict[str, Any]:
    app = app_for(call, call.node)
    if not app.api_settings_allowed:
        raise GraphError(10, assumptions.SETTINGS_LOCKED_MESSAGE, status=403)
    app.settings.update({name: call.text(name) for name in WRITABLE if name in call.params})
    return {"success": True}
