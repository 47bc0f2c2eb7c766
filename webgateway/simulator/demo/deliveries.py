"""What was posted to the apps, how often, and what they answered."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, render_template, request

from webgateway.simulator.answered_forms import kind_of
from webgateway.simulator.platform import platform
from webgateway.simulator.state.deliveries import Delivery

deliveries = Blueprint("deliveries", __name__, url_prefix="/deliveries")
SHOWN = 100


@deliveries.get("/")
def show() -> str:
    world = platform().world
    newest = list(reversed(world.deliveries))[:SHOWN]
    fragment = request.headers.get("HX-Request")
    template = "simulator/deliveries/_list.html" if fragment else "simulator/deliveries/show.html"
    return render_template(template, deliveries=newest, total=len(world.deliveries), world=world, kinds=kinds)


@deliveries.get("/<delivery_id>")
def one(delivery_id: str) -> str:
    found = next((item for item in platform().world.deliveries if item.id == delivery_id), None)
    if found is None:
        abort(404)
    pretty = json.dumps(found.payload, indent=2, ensure_ascii=False)
    return render_template(
        "simulator/deliveries/one.html", delivery=found, pretty=pretty, kinds=kinds, world=platform().world
    )


def kinds(delivery: Delivery) -> str:
    """What a delivery is about: "message", "postback", "deauthorize" …"""
    if delivery.kind == "form":
        return kind_of(delivery)
    names = [name for entry in delivery.payload.get("entry", []) for name in _names(entry)]
    return ", ".join(names) or "event"


def _names(entry: dict[str, Any]) -> Iterator[str]:
    """Of each item, what it holds beside whom it concerns and when; of each change, its field."""
    for change in entry.get("changes", []):
        yield str(change.get("field", "change"))
    for item in [*entry.get("messaging", []), *entry.get("standby", [])]:
        found = next((name for name in item if name not in ("sender", "recipient", "timestamp")), "event")
        echo = found == "message" and item["message"].get("is_echo")
        yield ("standby: " if "standby" in entry else "") + ("echo" if echo else found.replace("_", " "))


@deliveries.app_template_filter("clock")
def clock(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%H:%M:%S")
