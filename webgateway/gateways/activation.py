"""The State switch of a gateway, in the registry and on the Meta tab."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from .. import htmx
from ..users.rights import current_tenant, needs
from . import meta_tab, switch
from .forms import GatewayForm
from .models import Gateway

blueprint = Blueprint("activation", __name__, url_prefix="/gateways")


@blueprint.post("/<int:gateway_id>/activation")
@needs("gateways", "edit")
def create(gateway_id: int) -> ResponseReturnValue:
    gateway = Gateway.find(current_tenant, gateway_id)
    if not switch.turn_on(gateway):
        return _show(gateway, gateway.webhook_error, 422)
    return _show(gateway) if htmx.wants_fragment() else _leave(gateway, f"{gateway.name} is on.")


@blueprint.delete("/<int:gateway_id>/activation")
@needs("gateways", "edit")
def delete(gateway_id: int) -> ResponseReturnValue:
    gateway = Gateway.find(current_tenant, gateway_id)
    problem = switch.turn_off(gateway)
    remark = (
        f"{problem.meaning} Its webhook is still registered there; what arrives is kept." if problem else None
    )
    if htmx.wants_fragment():
        return _show(gateway, remark)
    if remark:
        flash(remark, "warning")
    return _leave(gateway, f"{gateway.name} is off: customers get no answer.")


def _show(gateway: Gateway, remark: str | None = None, status: int = 200) -> ResponseReturnValue:
    """The row of the registry, or the whole Meta tab, with why it went otherwise than asked."""
    if htmx.wants_fragment():
        return render_template("gateways/_row.html", gateway=gateway, remark=remark), status
    return meta_tab.page(GatewayForm(current_tenant, gateway), gateway, status)


def _leave(gateway: Gateway, said: str) -> ResponseReturnValue:
    flash(said, "success")
    return htmx.go_to(url_for("meta_tab.edit", gateway_id=gateway.id))
