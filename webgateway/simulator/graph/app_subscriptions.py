"""/{app}/subscriptions: what an app wants to hear, and where (contract 4.2)."""

from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError
from webgateway.simulator.graph.fields import KNOWN
from webgateway.simulator.graph.tokens import app_for
from webgateway.simulator.state.apps import App, Subscription
from webgateway.simulator.webhooks.verification import verify


def read_subscriptions(call: Call) -> dict[str, Any]:
    app = app_for(call, call.node)
    rows = [
        {
            "object": name,
            "callback_url": subscription.callback_url,
            "active": subscription.active,
            "fields": [{"name": field, "version": version} for field, version in subscription.fields.items()],
        }
        for name, subscription in app.subscriptions.items()
    ]
    return {"data": rows}


def subscribe_app(call: Call) -> dict[str, Any]:
    """Asks the callback before anything is stored; the lock is not held while we wait for it."""
    with call.platform.lock:
        app = app_for(call, call.node)
        name, subscription = _asked(call)
    verify(call.platform, subscription)
    with call.platform.lock:
        _store(app, name, subscription)
    return {"success": True}


def _asked(call: Call) -> tuple[str, Subscription]:
    name = call.required("object")
    if name not in assumptions.SUBSCRIPTION_OBJECTS:
        raise GraphError(
            100,
            assumptions.UNKNOWN_OBJECT_MESSAGE.format(objects=", ".join(assumptions.SUBSCRIPTION_OBJECTS)),
        )
    fields = call.names("fields")
    legal = KNOWN["subscribed_fields"].get(name, fields)
    for index, field in enumerate(fields):
        if field not in legal:
            raise GraphError(100, f"(#100) Param fields[{index}] must be one of {{{', '.join(legal)}}}")
    values = call.text("include_values").lower() in ("true", "1")
    versions = dict.fromkeys(fields, call.version)
    return name, Subscription(call.required("callback_url"), call.required("verify_token"), versions, values)


def _store(app: App, name: str, subscription: Subscription) -> None:
    known = app.subscriptions.get(name)
    if known and assumptions.APP_SUBSCRIPTION_ADDS_FIELDS:
        subscription.fields = known.fields | subscription.fields
    app.subscriptions[name] = subscription


def unsubscribe_app(call: Call) -> dict[str, Any]:
    """No object = all of them; with fields only those."""
    app = app_for(call, call.node)
    name, fields = call.text("object"), call.names("fields")
    if not name:
        app.subscriptions.clear()
    elif name in app.subscriptions and fields:
        for field in fields:
            app.subscriptions[name].fields.pop(field, None)
    else:
        app.subscriptions.pop(name, None)
    return {"success": True}
