"""Time, and what it does to subscriptions: the clock, outages, the one-hour rule."""

from datetime import UTC, datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webgateway.simulator.demo.outage import current
from webgateway.simulator.listening import listenings
from webgateway.simulator.platform import platform

timing = Blueprint("timing", __name__, url_prefix="/time")
STEPS = {
    "20 minutes": 20 * 60,
    "1 hour": 3600,
    "25 hours": 25 * 3600,
    "8 days": 8 * 86400,
    "61 days": 61 * 86400,
}
SCALES = {"an hour": 1.0, "a minute": 1 / 60, "six seconds": 1 / 600}
"""How long Meta's hour of patience lasts"""


@timing.get("/")
def show() -> str:
    here = platform()
    template = "_subscriptions" if request.headers.get("HX-Request") else "time"
    return render_template(
        f"simulator/{template}.html",
        world=here.world,
        now=datetime.fromtimestamp(here.clock.now(), UTC),
        offset=round(here.clock.offset),
        steps=STEPS,
        scales=SCALES,
        scale=here.time_scale,
        outage=current(),
        listenings=listenings(here),
    )


@timing.post("/clock")
def clock() -> Response:
    """`step` moves it on; without one it shows real time again."""
    step = request.form.get("step", "")
    if step and step not in STEPS:
        abort(400)
    here = platform()
    if step:
        here.clock.advance(STEPS[step])
    else:
        here.clock.offset = 0.0
    here.changed()
    return redirect(url_for("demo.timing.show"), 303)


@timing.post("/scale")
def scale() -> Response:
    chosen = request.form.get("scale", "")
    if chosen not in SCALES:
        abort(400)
    platform().world.time_scale = SCALES[chosen]
    platform().changed()
    return redirect(url_for("demo.timing.show"), 303)
