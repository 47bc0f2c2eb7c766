"""Pages and the people who administer them."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webgateway.simulator.deaths import WORDS, Death, befall, recover
from webgateway.simulator.demo.people import people_who_log_in
from webgateway.simulator.dialog.permissions import PERMISSIONS
from webgateway.simulator.graph.permissions import remove_app
from webgateway.simulator.integrity import STATES, judge
from webgateway.simulator.page_settings import leave_page
from webgateway.simulator.platform import platform
from webgateway.simulator.webhooks.forms import deletion_requested

assets = Blueprint("assets", __name__, url_prefix="/pages")


@assets.get("/")
def show() -> str:
    world = platform().world
    q = request.args.get("q", "").casefold().strip()
    pages = [page for page in world.pages.values() if q in f"{page.name} {page.id}".casefold()]
    return render_template(
        "simulator/pages.html",
        world=world,
        people=people_who_log_in(platform()),
        deaths=WORDS,
        permissions=PERMISSIONS,
        pages=pages[:100],
        total=len(pages),
        q=request.args.get("q", ""),
    )


@assets.post("/<page_id>/status")
def status(page_id: str) -> Response:
    """`status`: warned, restricted (it cannot send any more), suspended, or ok again."""
    page = platform().world.pages.get(page_id)
    wanted = request.form.get("status", "restricted")
    if page is None or wanted not in STATES:
        abort(404)
    judge(platform(), page, wanted)
    return redirect(url_for("demo.assets.show", q=request.form.get("q") or None), 303)


@assets.post("/people/<user>/password")
def password(user: str) -> Response:
    """A changed password makes every token of this person fail with 460, until they log in again."""
    person = platform().world.users.get(user)
    if person is None:
        abort(404)
    befall(platform(), person, Death("password_changed"))
    return redirect(url_for("demo.assets.show"), 303)


@assets.post("/people/<user>/death")
def death(user: str) -> Response:
    """One of the ways in which a person's tokens die: `how`, and for some `page` or `permission`."""
    person, form = platform().world.users.get(user), request.form
    if person is None or form.get("how") not in WORDS:
        abort(404)
    befall(
        platform(),
        person,
        Death(form["how"], page=form.get("page", ""), permission=form.get("permission", "")),
    )
    return redirect(url_for("demo.assets.show"), 303)


@assets.post("/people/<user>/recovery")
def recovery(user: str) -> Response:
    person = platform().world.users.get(user)
    if person is None:
        abort(404)
    recover(platform(), person)
    return redirect(url_for("demo.assets.show"), 303)


@assets.post("/people/<user>/deletion/<app_id>")
def deletion(user: str, app_id: str) -> Response:
    """The person asks the app to delete their data."""
    world = platform().world
    person, app = world.users.get(user), world.apps.get(app_id)
    if person is None or app is None or not app.deletion_url:
        abort(404)
    deletion_requested(platform(), app, person, app.deletion_url)
    return redirect(url_for("demo.assets.show"), 303)


@assets.post("/<page_id>/removal/<app_id>")
def page_removal(page_id: str, app_id: str) -> Response:
    """The page takes the app off in its own settings."""
    if not leave_page(platform(), app_id, page_id):
        abort(404)
    return redirect(url_for("demo.assets.show", q=request.form.get("q") or None), 303)


@assets.post("/people/<user>/removal/<app_id>")
def removal(user: str, app_id: str) -> Response:
    grant = platform().world.grant(app_id, user)
    if grant is None:
        abort(404)
    with platform().lock:
        remove_app(platform(), grant)
    platform().changed()
    return redirect(url_for("demo.assets.show"), 303)
