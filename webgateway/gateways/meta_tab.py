"""The Meta tab: one gateway's name, flow and Meta app."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from .. import htmx
from ..db import utcnow
from ..users.rights import current_tenant, needs
from . import address, saving
from .api_version import ending
from .forms import GatewayForm
from .models import Gateway

blueprint = Blueprint("meta_tab", __name__, url_prefix="/gateways")
blueprint.register_blueprint(address.blueprint)


@blueprint.get("/new")
@needs("gateways", "create")
def new() -> ResponseReturnValue:
    return page(GatewayForm(current_tenant))


@blueprint.post("/new")
@needs("gateways", "create")
def create() -> ResponseReturnValue:
    form = GatewayForm(current_tenant)
    gateway = Gateway(tenant_id=current_tenant.id)
    if not form.validate() or not saving.save(form, gateway):
        return page(form, status=422)
    tell(gateway, " Next, add your pages under Facebook pages.")
    return htmx.go_to(url_for("meta_tab.edit", gateway_id=gateway.id))


@blueprint.get("/<int:gateway_id>")
@needs("gateways", "read")
def edit(gateway_id: int) -> ResponseReturnValue:
    gateway = Gateway.find(current_tenant, gateway_id)
    return page(GatewayForm(current_tenant, gateway), gateway)


@blueprint.post("/<int:gateway_id>")
@needs("gateways", "edit")
def update(gateway_id: int) -> ResponseReturnValue:
    gateway = Gateway.find(current_tenant, gateway_id)
    form = GatewayForm(current_tenant, gateway)
    old_app_id = gateway.app_id
    if not form.validate() or not saving.save(form, gateway):
        return page(form, gateway, status=422)
    tell(gateway)
    if gateway.app_id != old_app_id:
        flash(
            "The App ID changed: add your pages again, so that people log in through the new app.", "warning"
        )
    return htmx.go_to(url_for("meta_tab.edit", gateway_id=gateway.id))


def page(form: GatewayForm, gateway: Gateway | None = None, status: int = 200) -> ResponseReturnValue:
    return render_template("gateways/meta.html", form=form, gateway=gateway), status


def tell(gateway: Gateway, when_on: str = "") -> None:
    """What the save did, and what is next once it is on."""
    said, category = _outcome(gateway)
    said += when_on if gateway.enabled else ""
    flash(f"{gateway.name} is saved{said}", category)
    if soon := ending(gateway.version, utcnow().date()):
        flash(soon, "warning")


def _outcome(gateway: Gateway) -> tuple[str, str]:
    if gateway.credentials == "unverified":
        return " as not verified: Meta could not be asked. We check again in the background.", "warning"
    if gateway.enabled:
        return " and on: Meta delivers to its URI.", "success"
    if gateway.webhook_error:
        return f", but stays off. {gateway.webhook_error}", "warning"
    return ". It is off: switch State on to receive messages.", "success"
