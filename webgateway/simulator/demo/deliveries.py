"""What was posted to the apps, how often, and what they answered."""

import json
from datetime import UTC, datetime

from flask import Blueprint, abort, render_template, request

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
        return "data deletion" if "expires" in delivery.payload else "deauthorize"
    known = ("message", "postback", "referral", "reaction", "delivery", "read", "message_edit")
    items = [
        item
        for entry in delivery.payload["entry"]
        for item in entry.get("messaging", entry.get("standby", []))
    ]
    names = [name for item in items for name in known if name in item]
    echoes = any(item.get("message", {}).get("is_echo") for item in items)
    return ", ".join("echo" if name == "message" and echoes else name for name in names) or "event"


@deliveries.app_template_filter("clock")
def clock(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%H:%M:%S")
