"""A new URI or a new verify token: what was pasted into Meta's settings no longer fits."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from .. import htmx
from ..db import db
from ..users.rights import current_tenant, needs
from . import switch
from .models import Gateway, new_uri, new_verify_token

blueprint = Blueprint("address", __name__)


@blueprint.post("/<int:gateway_id>/uri")
@needs("gateways", "edit")
def renew_uri(gateway_id: int) -> ResponseReturnValue:
    gateway = Gateway.find(current_tenant, gateway_id)
    gateway.uri = new_uri()
    return _register(gateway, "The URI is new. Paste it into Meta's login settings now.")


@blueprint.post("/<int:gateway_id>/verify-token")
@needs("gateways", "edit")
def renew_verify_token(gateway_id: int) -> ResponseReturnValue:
    gateway = Gateway.find(current_tenant, gateway_id)
    gateway.verify_token = new_verify_token()
    return _register(gateway, "The verify token is new.")


def _register(gateway: Gateway, done: str) -> ResponseReturnValue:
    wanted = gateway.enabled or gateway.webhook_error is not None
    gateway.forget_registration()
    db.session.commit()
    if not wanted:
        flash(f"{done} Meta learns of it when State is switched on.", "success")
    elif switch.turn_on(gateway):
        flash(f"{done} The webhook is registered again.", "success")
    else:
        flash(f"{done} State is off now: {gateway.webhook_error}", "warning")
    return htmx.go_to(url_for("meta_tab.edit", gateway_id=gateway.id))
