"""The fault panel: each fault a switch."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webgateway.simulator.demo.catalogue import CATALOGUE, KINDS
from webgateway.simulator.platform import platform
from webgateway.simulator.state.faults import Fault

faults = Blueprint("faults", __name__, url_prefix="/faults")


@faults.get("/")
def show() -> str:
    on = {fault.name: fault for fault in platform().world.faults if fault.remaining != 0}
    return render_template("simulator/faults.html", catalogue=CATALOGUE, on=on)


@faults.post("/<name>")
def switch(name: str) -> Response:
    """`on` with how often (`count`, empty = until switched off), or `off`."""
    kind = KINDS.get(name)
    if kind is None:
        abort(404)
    here = platform()
    with here.lock:
        here.world.faults[:] = [fault for fault in here.world.faults if fault.name != name]
        if request.form.get("switch") == "on":
            count = request.form.get("count", "")
            argument = request.form.get("argument", kind.default)
            here.world.faults.append(Fault(name, argument, int(count) if count.isdigit() else None))
    here.changed()
    return redirect(url_for("demo.faults.show", _anchor=name), 303)


@faults.post("/all")
def all_off() -> Response:
    platform().world.faults.clear()
    platform().changed()
    return redirect(url_for("demo.faults.show"), 303)
