"""JSON for tests: what people and Meta do to apps, pages and themselves (contract 13.7)."""

import dataclasses

from flask import Blueprint, Response, abort, jsonify

from webgateway.simulator.customer import Customer
from webgateway.simulator.demo.control import wanted
from webgateway.simulator.graph.permissions import remove_app
from webgateway.simulator.platform import platform
from webgateway.simulator.seed import APP_ID
from webgateway.simulator.webhooks.forms import deletion_requested

levers = Blueprint("levers", __name__)


@levers.post("/remove-app")
def remove() -> Response:
    """`{"user": "olena", "app": id}`: the person removes the app in their settings."""
    asked = wanted()
    grant = platform().world.grant(str(asked.get("app", APP_ID)), str(asked.get("user")))
    if grant is None:
        abort(404)
    with platform().lock:
        remove_app(platform(), grant)
    return jsonify(success=True)


@levers.post("/request-deletion")
def request_deletion() -> Response:
    """`{"user": "olena", "url": …}`: the person asks for the deletion of their data."""
    asked = wanted()
    world = platform().world
    app, user = world.apps[str(asked.get("app", APP_ID))], world.users.get(str(asked.get("user")))
    if user is None:
        abort(404)
    deletion_requested(platform(), app, user, str(asked["url"]))
    return jsonify(success=True)


@levers.post("/page-restrict")
def restrict() -> Response:
    """`{"page": id, "status": "restricted"}`; `ok` lifts it."""
    page = platform().world.pages.get(str(wanted().get("page")))
    if page is None:
        abort(404)
    page.status = str(wanted().get("status", "restricted"))
    platform().changed()
    return jsonify(success=True)


@levers.post("/app")
def app() -> Response:
    """Changes an app: `{"id", "mode", "secret", "require_proof", "redirect_uris", …}`."""
    asked = wanted()
    found = platform().world.apps.get(str(asked.pop("id", APP_ID)))
    if found is None:
        abort(404)
    for name, value in asked.items():
        if name not in {field.name for field in dataclasses.fields(found)}:
            abort(400)
        setattr(found, name, value)
    platform().changed()
    return jsonify(success=True)


@levers.post("/user")
def user() -> Response:
    """Changes a person who logs in: `{"user": "olena", "problem": 460, "tasks": {page: [...]}}`."""
    asked = wanted()
    found = platform().world.users.get(str(asked.get("user")))
    if found is None:
        abort(404)
    found.problem = int(asked.get("problem", found.problem))
    found.tasks = asked.get("tasks", found.tasks)
    platform().changed()
    return jsonify(success=True)


@levers.post("/age")
def age() -> Response:
    """`{"person", "page", "hours": 25}`: the person last wrote that long ago."""
    asked = wanted()
    customer = Customer(platform(), str(asked["person"]), str(asked["page"]))
    customer.thread.last_inbound -= float(asked.get("hours", 25)) * 3600
    platform().changed()
    return jsonify(success=True)
