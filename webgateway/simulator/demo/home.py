import dataclasses

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webgateway.simulator.platform import platform
from webgateway.simulator.state.apps import App

home = Blueprint("home", __name__)


@home.get("/")
def show() -> str:
    world = platform().world
    unimplemented = sum(call.unimplemented for call in world.calls)
    return render_template("simulator/home.html", world=world, unimplemented=unimplemented)


@home.get("/apps/<app_id>")
def app(app_id: str) -> str:
    return render_template("simulator/app.html", app=_app(app_id))


@home.post("/apps/<app_id>")
def save(app_id: str) -> Response:
    found = _app(app_id)
    found.redirect_uris = request.form.get("redirect_uris", "").split()
    found.deletion_url = request.form.get("deletion_url", "").strip()
    deauthorize = request.form.get("deauth_callback_url", "").strip()
    if deauthorize:
        found.settings["deauth_callback_url"] = deauthorize
    else:
        found.settings.pop("deauth_callback_url", None)
    found.mode = "live" if request.form.get("live") else "dev"
    found.require_proof = "require_proof" in request.form
    found.api_settings_allowed = "api_settings_allowed" in request.form
    found.human_agent = "human_agent" in request.form
    platform().changed()
    return redirect(url_for("demo.home.app", app_id=app_id), 303)


def _app(app_id: str) -> App:
    found = platform().world.apps.get(app_id)
    if found is None:
        abort(404)
    return found


@home.get("/calls.html")
def calls() -> str:
    """The latest Graph calls, newest first."""
    rows = [dataclasses.asdict(call) for call in reversed(platform().world.calls[-200:])]
    return render_template("simulator/calls.html", calls=rows)
