"""The Instagram accounts of a gateway's pages: their register with its staged switches, Save and Refresh."""

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func

from .. import htmx
from ..fields import whole
from ..gateways.models import Gateway
from ..listing import View
from ..security import keep_opener
from ..users.rights import current_tenant, needs
from .models import Page
from .refreshing import refresh as ask_meta
from .register import pages_of, saved
from .subscribing import switch_instagram

blueprint = Blueprint("instagram", __name__, url_prefix="/gateways")

SORTS = {
    "name": func.lower(func.coalesce(Page.instagram_name, Page.instagram_username)),
    "username": func.lower(Page.instagram_username),
    "id": Page.instagram_id,
    "subscription": Page.instagram_wanted,
}


@blueprint.get("/<int:gateway_id>/instagram")
@needs("gateways", "read")
def index(gateway_id: int) -> ResponseReturnValue:
    answer = _show(Gateway.find(current_tenant, gateway_id))
    # After the popup's OK: its page here closes it.
    return keep_opener(answer) if "connected" in request.args else answer


@blueprint.post("/<int:gateway_id>/instagram")
@needs("gateways", "edit")
def save(gateway_id: int) -> ResponseReturnValue:
    gateway = Gateway.find(current_tenant, gateway_id)
    shown = [
        page for page in pages_of(gateway, request.form.getlist("shown", type=whole)) if page.instagram_id
    ]
    wanted = set(request.form.getlist("on", type=whole))
    on = [page for page in shown if page.id in wanted and not page.instagram_subscribed]
    off = [page for page in shown if page.id not in wanted and page.instagram_subscribed]
    failed = switch_instagram(gateway, on, off)
    saved(len(on) + len(off), len(failed))
    return _show(gateway, 422) if failed else htmx.go_to(request.full_path.rstrip("?"))


@blueprint.post("/<int:gateway_id>/instagram/refresh")
@needs("gateways", "edit")
def refresh(gateway_id: int) -> ResponseReturnValue:
    refreshed = ask_meta(Gateway.find(current_tenant, gateway_id))
    flash(str(refreshed), refreshed.tone)
    return htmx.go_to(url_for("instagram.index", gateway_id=gateway_id))


def _show(gateway: Gateway, status: int = 200) -> ResponseReturnValue:
    query = Page.connected_to(gateway).where(Page.instagram_id.is_not(None))
    query = query.options(Page.accounts_shown())
    search = (Page.instagram_username, Page.instagram_name, Page.instagram_id, Page.name)
    view = View(query, SORTS, "name", search, tie=Page.id)
    any_page = bool(view.total) or Page.any_connected_to(gateway)
    shown = {"gateway": gateway, "view": view, "any_page": any_page}
    return htmx.render("instagram/index.html", "instagram/_list.html", status, **shown)
