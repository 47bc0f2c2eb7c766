"""The login dialog: who are you, which pages, which permissions. No script needed."""

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from webgateway.simulator.dialog.asked import Asked, asked_of
from webgateway.simulator.dialog.granting import Choice, accept, questions
from webgateway.simulator.dialog.permissions import PERMISSIONS
from webgateway.simulator.dialog.refusals import DialogRefusedError
from webgateway.simulator.dialog.shortcut import shortcut
from webgateway.simulator.platform import platform
from webgateway.simulator.state.users import User

dialog = Blueprint("dialog", __name__)
# No form-action: browsers would hold it against the redirect back to the app.
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"


@dialog.route("/dialog/oauth", methods=["GET", "POST"])
@dialog.route("/<version>/dialog/oauth", methods=["GET", "POST"])
def oauth(version: str = "") -> AnyResponse:
    """The version changes nothing here."""
    del version
    here = platform()
    try:
        asked = asked_of(here, request.args)
        back = shortcut(here, asked, request.args)
        return redirect(back) if back else _next_screen(asked)
    except DialogRefusedError as refusal:
        return _page("refused", 200, refusal=refusal)


@dialog.after_request
def protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    return response


def _next_screen(asked: Asked) -> AnyResponse:
    form = request.form
    if form.get("answer") == "cancel":
        return redirect(asked.denied())
    user = platform().world.users.get(form.get("person", ""))
    if user is None:
        return _page("person", asked=asked, users=list(platform().world.users.values()))
    if not asked.app.serves(user.key):
        raise DialogRefusedError(
            "App not active",
            "This app is not accessible right now and the app developer is aware of the issue. "
            "You will be able to log in when the app is reactivated.",
        )
    if form.get("step") == "permissions":
        return redirect(accept(platform(), asked, user, _choice(asked, user)))
    if form.get("step") == "pages" and not form.get("tick"):
        return _permissions_screen(asked, user)
    return _pages_screen(asked, user)


def _pages_screen(asked: Asked, user: User) -> AnyResponse:
    pages = platform().world.reachable_pages(user.key)
    grant = platform().world.grant(asked.app.id, user.key)
    ticked = [page.id for page in pages if grant and grant.covers(page.id)]
    accounts = list(grant.instagram) if grant else []
    if request.form.get("tick") == "all":
        ticked = [page.id for page in pages]
        accounts = [page.instagram.id for page in pages if page.instagram]
    elif request.form.get("tick") == "none":
        ticked, accounts = [], []
    return _page("pages", asked=asked, user=user, pages=pages, ticked=ticked, accounts=accounts, grant=grant)


def _permissions_screen(asked: Asked, user: User) -> AnyResponse:
    return _page(
        "permissions",
        asked=asked,
        user=user,
        questions=[(name, PERMISSIONS.get(name, name)) for name in questions(platform(), asked, user)],
        choice=_choice(asked, user),
    )


def _choice(asked: Asked, user: User) -> Choice:
    form = request.form
    wanted = questions(platform(), asked, user) if asked.all_or_nothing else form.getlist("permission")
    return Choice(form.getlist("page"), form.getlist("instagram"), wanted, form.get("all_pages") == "yes")


def _page(name: str, status: int = 200, **values: object) -> AnyResponse:
    return make_response(render_template(f"simulator/dialog/{name}.html", **values), status)
