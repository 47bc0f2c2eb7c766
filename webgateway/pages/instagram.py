"""The Instagram accounts of a gateway's pages."""

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func
from sqlalchemy.orm import selectinload

from .. import htmx
from ..gateways.models import Gateway
from ..listing import View
from ..security import keep_opener
from ..users.rights import current_tenant, needs
from .models import Grant, Page
from .refreshing import refresh as ask_meta

blueprint = Blueprint("instagram", __name__, url_prefix="/gateways")

SORTS = {"name": func.lower(Page.instagram_username), "id": Page.instagram_id, "page": func.lower(Page.name)}


@blueprint.get("/<int:gateway_id>/instagram")
@needs("gateways", "read")
def index(gateway_id: int) -> ResponseReturnValue:
    gateway = Gateway.find(current_tenant, gateway_id)
    query = Page.connected_to(gateway).where(Page.instagram_id.is_not(None))
    query = query.options(selectinload(Page.grants).joinedload(Grant.account))
    search = (Page.instagram_username, Page.instagram_name, Page.instagram_id, Page.name)
    view = View(query, SORTS, "name", search, tie=Page.id)
    any_page = bool(view.total) or Page.any_connected_to(gateway)
    answer = htmx.render(
        "instagram/index.html", "instagram/_list.html", gateway=gateway, view=view, any_page=any_page
    )
    # After the popup's OK: its page here closes it.
    return keep_opener(answer) if "connected" in request.args else answer


@blueprint.post("/<int:gateway_id>/instagram/refresh")
@needs("gateways", "edit")
def refresh(gateway_id: int) -> ResponseReturnValue:
    refreshed = ask_meta(Gateway.find(current_tenant, gateway_id))
    flash(str(refreshed), refreshed.tone)
    return htmx.go_to(url_for("instagram.index", gateway_id=gateway_id))
