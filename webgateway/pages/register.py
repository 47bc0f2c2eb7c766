"""Facebook pages of a gateway: the register with its staged webhook switches, Save and Refresh."""

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func
from sqlalchemy.orm import selectinload

from .. import htmx
from ..db import db
from ..fields import whole
from ..gateways.models import Gateway
from ..listing import View
from ..security import keep_opener
from ..users.rights import current_tenant, needs
from ..views import count
from .models import Grant, Page
from .notices import against
from .refreshing import refresh as ask_meta
from .restoration import Removed
from .subscribing import switch
from .unusable import unusable

blueprint = Blueprint("pages", __name__, url_prefix="/gateways")

MOST = 100
"""As many pages as one page of the register shows."""
SORTS = {"name": func.lower(Page.name), "id": Page.meta_id, "subscription": Page.subscribed}


@blueprint.get("/<int:gateway_id>/pages")
@needs("gateways", "read")
def index(gateway_id: int) -> ResponseReturnValue:
    answer = _show(Gateway.find(current_tenant, gateway_id))
    # After the popup's OK: its page here closes it.
    return keep_opener(answer) if "connected" in request.args else answer


@blueprint.post("/<int:gateway_id>/pages")
@needs("gateways", "edit")
def save(gateway_id: int) -> ResponseReturnValue:
    gateway = Gateway.find(current_tenant, gateway_id)
    shown = pages_of(gateway, request.form.getlist("shown", type=whole))
    wanted = set(request.form.getlist("on", type=whole))
    on = [page for page in shown if page.id in wanted and not page.subscribed]
    off = [page for page in shown if page.id not in wanted and page.subscribed]
    failed = switch(gateway, on, off)
    saved(len(on) + len(off), len(failed))
    return _show(gateway, 422) if failed else htmx.go_to(request.full_path.rstrip("?"))


@blueprint.post("/<int:gateway_id>/pages/refresh")
@needs("gateways", "edit")
def refresh(gateway_id: int) -> ResponseReturnValue:
    refreshed = ask_meta(Gateway.find(current_tenant, gateway_id))
    flash(str(refreshed), refreshed.tone)
    return htmx.go_to(url_for("pages.index", gateway_id=gateway_id))


def _show(gateway: Gateway, status: int = 200) -> ResponseReturnValue:
    query = Page.connected_to(gateway).options(Page.accounts_shown())
    search = (Page.name, Page.meta_id, Page.instagram_username)
    view = View(query, SORTS, "name", search, tie=Page.id)
    any_page = bool(view.total) or Page.any_connected_to(gateway)
    return htmx.render(
        "pages/index.html",
        "pages/_list.html",
        status,
        gateway=gateway,
        view=view,
        held=against(view.items),
        any_page=any_page,
        unusable=unusable(gateway),
        removed=Removed(gateway),
    )


def pages_of(gateway: Gateway, ids: list[int]) -> list[Page]:
    """Those of a part of the register, with their accounts."""
    query = Page.connected_to(gateway).where(Page.id.in_(ids[:MOST])).order_by(Page.name, Page.id)
    return list(db.session.scalars(query.options(selectinload(Page.grants).joinedload(Grant.account))))


def saved(changed: int, failed: int) -> None:
    """Say what Save did."""
    if failed:
        done = count(changed - failed, "change")
        flash(f"{done} saved, {failed} not: the reason stands beside each switch.", "bad")
    else:
        flash(f"{count(changed, 'change')} saved." if changed else "Nothing to change.", "ok")
