"""JSON for tests: what happened (contract 13.7)."""

import dataclasses

from flask import Blueprint, Response, jsonify

from webgateway.simulator import answered_forms
from webgateway.simulator.listening import listenings
from webgateway.simulator.platform import platform

records = Blueprint("records", __name__)


@records.get("/calls")
def calls() -> Response:
    return jsonify([dataclasses.asdict(call) for call in platform().world.calls])


@records.get("/unimplemented")
def unimplemented() -> Response:
    """Calls the simulator could not answer: a test should fail on them."""
    return jsonify([f"{call.method} {call.path}" for call in platform().world.calls if call.unimplemented])


@records.get("/subscriptions.json")
def subscriptions() -> Response:
    """Of each app and page: subscribed, failing, alerted or unsubscribed, since when, how long it lasts."""
    return jsonify([dataclasses.asdict(one) for one in listenings(platform())])


@records.get("/forms.json")
def forms() -> Response:
    """Deauthorize and data deletion forms, and what the app answered."""
    return jsonify([dataclasses.asdict(form) for form in answered_forms.forms(platform())])


@records.get("/deliveries.json")
def deliveries() -> Response:
    return jsonify([dataclasses.asdict(delivery) for delivery in platform().world.deliveries])
