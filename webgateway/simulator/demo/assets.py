"""Pages and the people who administer them."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webgateway.simulator.graph.permissions import remove_app
from webgateway.simulator.platform import platform

assets = Blueprint("assets", __name__, url_prefix="/pages")


@assets.get("/")
def show() -> str:
    world = platform().world
    q = request.args.get("q", "").casefold().strip()
    pages = [page for page in world.pages.values() if q in f"{page.name} {page.id}".casefold()]
    return render_template(
        "simulator/pages.html", world=world, pages=pages[:100], total=len(pages), q=request.args.get("q", "")
    )


@assets.post("/<page_id>/status")
def status(page_id: str) -> Response:
    """Restricts the page (it cannot send any more), or lifts it."""
    page = platform().world.pages.get(page_id)
    if page is None:
        abort(404)
    page.status = "ok" if page.restricted else "restricted"
    platform().changed()
    return redirect(url_for("demo.assets.show", q=request.form.get("q") or None), 303)


@assets.post("/people/<user>/password")
def password(user: str) -> Response:
    """A changed password makes every token of this person fail with 460, until they log in again."""
    person = platform().world.users.get(user)
    if person is None:
        abort(404)
    for token in platform().world.tokens.values():
        if token.user == user:
            token.invalid = 460
    platform().changed()
    return redirect(url_for("demo.assets.show"), 303)


@assets.post("/people/<user>/removal/<app_id>")
def removal(user: str, app_id: str) -> Response:
    grant = platform().world.grant(app_id, user)
    if grant is None:
        abort(404)
    with platform().lock:
        remove_app(platform(), grant)
    platform().changed()
    return redirect(url_for("demo.assets.show"), 303)
