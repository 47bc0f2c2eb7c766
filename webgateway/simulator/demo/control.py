"""JSON for tests: put the simulator into a state, and read what happened (contract 13.7)."""

import dataclasses
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from webgateway.simulator.customer import Customer
from webgateway.simulator.demo.acts import act
from webgateway.simulator.platform import platform
from webgateway.simulator.seed import OLENA, PAGE_IDS, more_pages, seeded_world
from webgateway.simulator.state.faults import Fault
from webgateway.simulator.state.pages import ALL_TASKS

control = Blueprint("control", __name__)


def wanted() -> dict[str, Any]:
    body = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    return body if isinstance(body, dict) else {}


@control.post("/reset")
@control.post("/seed")
def seed() -> Response:
    """`{"pages": 1000}`: that many pages for Olena. Everything that happened before is forgotten."""
    platform().adopt(seeded_world(int(wanted().get("pages", len(PAGE_IDS)))))
    return jsonify(success=True, pages=len(platform().world.pages))


@control.post("/more-pages")
def more() -> Response:
    """`{"count": 970}`: Olena administers that many more. Nothing is forgotten."""
    here = platform()
    with here.lock:
        for page in more_pages(int(wanted().get("count", 970))):
            here.world.pages[page.id] = page
            here.world.users[OLENA].tasks[page.id] = list(ALL_TASKS)
        here.changed()
    return jsonify(success=True, pages=len(here.world.pages))


@control.post("/person/send")
def person_send() -> Response:
    """`{"person": "peter", "page": id, "text": …}`; the other kinds are those of `acts.act`."""
    asked = wanted()
    with platform().lock:
        if (
            asked.get("person") not in platform().world.people
            or platform().world.page_of(str(asked.get("page"))) is None
        ):
            abort(404)
        customer = Customer(platform(), str(asked["person"]), str(asked["page"]))
        made = act(customer, asked, request.host_url.rstrip("/"))
        platform().changed()
    return jsonify(success=True, mid=made, id=made, psid=customer.thread.scoped_id)


@control.get("/thread.json")
def thread() -> Response:
    """What the phone shows: `?person=peter&page=id`."""
    customer = Customer(platform(), request.args["person"], request.args["page"])
    return jsonify(dataclasses.asdict(customer.thread))


@control.get("/faults.json")
def faults() -> Response:
    return jsonify([dataclasses.asdict(fault) for fault in platform().world.faults])


@control.post("/faults")
def switch_on() -> Response:
    """`{"name", "argument", "count", "method", "path", "page", "probability"}`; `{"off": name or "all"}`."""
    asked = wanted()
    world = platform().world
    if "off" in asked:
        world.faults[:] = [fault for fault in world.faults if asked["off"] not in (fault.name, "all")]
        return jsonify(success=True)
    world.faults.append(
        Fault(
            str(asked["name"]),
            str(asked.get("argument", "")),
            int(asked["count"]) if asked.get("count") else None,
            str(asked.get("method", "")),
            str(asked.get("path", "")),
            str(asked.get("page", "")),
            float(asked.get("probability", 1)),
        )
    )
    platform().changed()
    return jsonify(success=True)


@control.get("/clock")
def clock() -> Response:
    """Seconds since the epoch; how far from real time; what an hour of Meta's patience is multiplied by."""
    here = platform()
    return jsonify(now=here.clock.now(), offset=here.clock.offset, scale=here.time_scale)


@control.post("/clock")
def set_clock() -> Response:
    """`{"advance": seconds}`, `{"now": epoch}`, `{"offset": 0}` for real time; `{"scale": 0.001}`."""
    asked = wanted()
    if "offset" in asked:
        platform().clock.offset = float(asked["offset"])
    if "scale" in asked:
        platform().world.time_scale = float(asked["scale"])
    if "now" in asked:
        platform().clock.set(float(asked["now"]))
    platform().clock.advance(float(asked.get("advance", 0)))
    platform().changed()
    return clock()
