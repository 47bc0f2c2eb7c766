"""Add or Remove Pages: out to Facebook Login, and back through the gateway's URI. Contract 2."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ..db import db, utcnow, writes
from ..gateways.models import Gateway
from ..meta.oauth import FOR_COMMENTS, dialog_url
from ..security import keep_opener
from ..settings import current_settings
from ..users.rights import current_tenant, needs, signed_in
from .discovery import ASKED
from .models import Login
from .precaution import asked_for
from .states import Refused, claim, issue

blueprint = Blueprint("connecting", __name__, url_prefix="/gateways")


@blueprint.get("/<int:gateway_id>/pages/connect", defaults={"purpose": "pages"})
@blueprint.get("/<int:gateway_id>/instagram/connect", defaults={"purpose": "instagram"})
@needs("gateways", "edit")
def start(gateway_id: int, purpose: str) -> ResponseReturnValue:
    """With `?comments=1` people are asked for the permission to read comments, too."""
    gateway = Gateway.find(current_tenant, gateway_id)
    user, page = signed_in(), asked_for(gateway)
    for_comments = [FOR_COMMENTS[purpose]] if request.args.get("comments") else []
    writes()
    state = issue(gateway, user, purpose, page)
    db.session.commit()
    return redirect(
        dialog_url(
            current_settings().facebook_url,
            gateway.version,
            gateway.app_id,
            gateway.public_uri,
            state,
            [*ASKED[purpose], *for_comments],
            gateway.config_id,
        )
    )


def came_back(gateway: Gateway) -> ResponseReturnValue:
    """Facebook sent the person back to the gateway's URI with `code` or `error`, and `state`.

    What the code brings is asked for in the worker; the login's page shows how far it is.
    """
    refusal = _refusal()
    became = _failed(refusal) if refusal else {"step": "waiting", "code": request.args["code"]}
    try:
        login = claim(gateway, request.args.get("state", ""), **became)
    except Refused as refused:
        return failed(refused, gateway, refused.login)
    if refusal:
        return failed(refusal, gateway, login)
    return keep_opener(redirect(url_for("logins.show", gateway_id=gateway.id, login_id=login.id), 303))


def failed(refused: Refused, gateway: Gateway, login: Login | None = None) -> ResponseReturnValue:
    """The page that says why a login was not taken; without a login the visitor learns nothing."""
    page = render_template("pages/login_failed.html", refused=refused, gateway=gateway, login=login)
    return keep_opener((page, refused.status))


def _refusal() -> Refused | None:
    """Why Meta need not be asked."""
    error = request.args.get("error", "")
    if "error" not in request.args and request.args.get("code"):
        return None
    if error == "access_denied" or request.args.get("error_reason") == "user_denied":
        return Refused(200, "You cancelled", "Nothing has been changed: all pages stay as they were.")
    if not error:
        return Refused(400, "Facebook's answer is incomplete", "It has neither a code nor a reason.")
    text = "Facebook ended the login with an error of its own. No page has been changed."
    return Refused(400, "Facebook could not finish the login", text, "Wait a moment, then try again.")


def _failed(refused: Refused) -> dict[str, object]:
    return {"step": "failed", "error": f"{refused.title}. {refused.text}", "finished_at": utcnow()}
