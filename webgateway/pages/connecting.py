"""Add or Remove Pages: out to Facebook Login, and back through the gateway's URI. Contract 2."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from ..db import db, looking, utcnow, writes
from ..gateways.graph import graph_of
from ..gateways.models import Gateway
from ..meta.errors import GraphError
from ..meta.oauth import dialog_url
from ..security import keep_opener
from ..settings import current_settings
from ..users.rights import current_tenant, needs, signed_in
from .asking import in_words
from .discovery import ASKED, Discovery, discover
from .joining import covered, join
from .models import Login
from .states import Refused, claim, issue

blueprint = Blueprint("connecting", __name__, url_prefix="/gateways")


@blueprint.get("/<int:gateway_id>/pages/connect", defaults={"purpose": "pages"})
@blueprint.get("/<int:gateway_id>/instagram/connect", defaults={"purpose": "instagram"})
@needs("gateways", "edit")
def start(gateway_id: int, purpose: str) -> ResponseReturnValue:
    gateway = Gateway.find(current_tenant, gateway_id)
    user = signed_in()
    writes()
    state = issue(gateway, user, purpose)
    db.session.commit()
    return redirect(
        dialog_url(
            current_settings().facebook_url,
            gateway.version,
            gateway.app_id,
            gateway.public_uri,
            state,
            ASKED[purpose],
            gateway.config_id,
        )
    )


def came_back(gateway: Gateway) -> ResponseReturnValue:
    """Facebook sent the person back to the gateway's URI with `code` or `error`, and `state`."""
    login = None
    try:
        login = claim(gateway, request.args.get("state", ""))
        _take(login, _discovery(login))
    except Refused as refused:
        if login is not None:
            _fail(login, refused)
        return failed(refused, gateway, login or refused.login)
    return keep_opener(redirect(url_for("logins.show", gateway_id=gateway.id, login_id=login.id), 303))


def failed(refused: Refused, gateway: Gateway, login: Login | None = None) -> ResponseReturnValue:
    """The page that says why a login was not taken; without a login the visitor learns nothing."""
    page = render_template("pages/login_failed.html", refused=refused, gateway=gateway, login=login)
    return keep_opener((page, refused.status))


def _discovery(login: Login) -> Discovery:
    code = request.args.get("code", "")
    if "error" in request.args or not code:
        raise _refusal(request.args.get("error", ""), request.args.get("error_reason", ""))
    with looking():
        known = covered(login.gateway)
    try:
        return discover(graph_of(login.gateway), code, login.redirect_uri, login.purpose, known)
    except GraphError as error:
        # Nobody tries a login again but the person.
        words = error.meaning if error.retry else in_words(error)
        raise Refused(400, "The login did not finish", f"{words} No page has been changed.") from error


def _refusal(error: str, reason: str) -> Refused:
    if error == "access_denied" or reason == "user_denied":
        return Refused(200, "You cancelled", "Nothing has been changed: all pages stay as they were.")
    if not error:
        return Refused(400, "Facebook's answer is incomplete", "It has neither a code nor a reason.")
    text = "Facebook ended the login with an error of its own. No page has been changed."
    return Refused(400, "Facebook could not finish the login", text, "Wait a moment, then try again.")


def _take(login: Login, discovery: Discovery) -> None:
    try:
        join(login, discovery)
        db.session.commit()
    except IntegrityError:
        # Somebody joined one of the pages to another gateway at this very moment: now it is seen as theirs.
        db.session.rollback()
        join(login, discovery)
        db.session.commit()


def _fail(login: Login, refused: Refused) -> None:
    login.step, login.error, login.finished_at = "failed", f"{refused.title}. {refused.text}", utcnow()
    db.session.commit()
