"""JSON for tests: what people and Meta do to apps, pages and themselves (contract 13.7)."""

import dataclasses

from flask import Blueprint, Response, abort, jsonify

from webgateway.simulator import assumptions
from webgateway.simulator.customer import Customer
from webgateway.simulator.demo.control import wanted
from webgateway.simulator.graph.permissions import remove_app
from webgateway.simulator.handover import settle
from webgateway.simulator.integrity import judge
from webgateway.simulator.page_settings import leave_page
from webgateway.simulator.platform import platform
from webgateway.simulator.seed import APP_ID
from webgateway.simulator.sending import INBOX_APP
from webgateway.simulator.webhooks.emission import posted_as_it_is
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
    """`{"user": "olena", "url": …}`: the person asks for the deletion of their data.

    Without `url` at the address in the app's settings. What came back: `GET /_sim/forms.json`.
    """
    asked = wanted()
    world = platform().world
    app, user = world.apps.get(str(asked.get("app", APP_ID))), world.users.get(str(asked.get("user")))
    if user is None or app is None:
        abort(404)
    url = str(asked.get("url") or app.deletion_url)
    if not url:
        abort(400, "the app names no Data Deletion Request URL")
    deletion_requested(platform(), app, user, url)
    return jsonify(success=True)


@levers.post("/page-remove-app")
def page_remove_app() -> Response:
    """`{"page": id}`: somebody takes the app off the page, in the page's own settings."""
    asked = wanted()
    app_id, page_id = str(asked.get("app", APP_ID)), str(asked.get("page"))
    if not leave_page(platform(), app_id, page_id):
        abort(404)
    return jsonify(success=True)


@levers.post("/page-restrict")
def restrict() -> Response:
    """`{"page": id, "status": "restricted", "hours": 72}`; `warning`, `suspended`; `ok` lifts it."""
    asked = wanted()
    page = platform().world.pages.get(str(asked.get("page")))
    if page is None:
        abort(404)
    try:
        hours = float(asked.get("hours", assumptions.RESTRICTION_HOURS))
        judge(platform(), page, str(asked.get("status", "restricted")), hours)
    except ValueError:
        abort(400)
    return jsonify(success=True)


@levers.post("/deliver")
def deliver() -> Response:
    """`{"payload": {"object": "page", "entry": […]}}`: posted as it is, signed like everything else."""
    asked = wanted()
    app, payload = platform().world.apps.get(str(asked.get("app", APP_ID))), asked.get("payload")
    if app is None or not isinstance(payload, dict):
        abort(404)
    subscription = app.subscriptions.get(str(payload.get("object"))) or next(
        iter(app.subscriptions.values()), None
    )
    if subscription is None:
        abort(400, "the app has no webhook")
    made = posted_as_it_is(platform(), app, subscription.callback_url, payload)
    return jsonify(success=True, id=made.id)


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


@levers.post("/thread-owner")
def thread_owner() -> Response:
    """`{"person", "page", "app": id}`: that app alone may answer; `inbox` is Meta's own, "" nobody's."""
    asked = wanted()
    app_id = str(asked.get("app", ""))
    app_id = INBOX_APP if app_id == "inbox" else app_id
    if app_id and app_id != INBOX_APP and app_id not in platform().world.apps:
        abort(404)
    with platform().lock:
        thread = Customer(platform(), str(asked["person"]), str(asked["page"])).thread
        settle(platform(), thread, app_id)
    return jsonify(success=True)
