"""Undo: a removed page comes back, as long as its history is there; and the list of removed pages."""

from datetime import timedelta

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from .. import htmx
from ..db import db, find_or_404, utcnow
from ..gateways.models import Gateway
from ..listing import View
from ..users.rights import current_tenant, needs
from .models import Grant, Page
from .restoring import NotRestored, restore, taken

blueprint = Blueprint("restoration", __name__, url_prefix="/gateways")

FRESH = timedelta(days=1)
"""So long a notice with Undo stands on the register."""
NAMED = 5
"""Pages that the notice, and the register below it, name; the list has all of them."""
SORTS = {"removed": Page.removed_at, "name": func.lower(Page.name), "id": Page.meta_id}


class Removed:
    """What a gateway's register says of its removed pages: how many, the newest, which came off lately."""

    def __init__(self, gateway: Gateway) -> None:
        gone = Page.removed_from(gateway)
        self.total = db.session.scalar(select(func.count()).select_from(gone.subquery())) or 0
        newest = gone.options(*ACCESS).order_by(Page.removed_at.desc(), Page.id.desc()).limit(NAMED)
        self.newest = list(db.session.scalars(newest)) if self.total else []
        self.fresh = [page for page in self.newest if page.removed_at and page.removed_at > utcnow() - FRESH]
        self.taken = taken(gateway, self.newest) if self.newest else {}


ACCESS = (selectinload(Page.grants).joinedload(Grant.account),)


@blueprint.get("/<int:gateway_id>/pages/removed")
@needs("gateways", "read")
def index(gateway_id: int) -> ResponseReturnValue:
    gateway = Gateway.find(current_tenant, gateway_id)
    query = Page.removed_from(gateway).options(*ACCESS)
    view = View(query, SORTS, "-removed", (Page.name, Page.meta_id), tie=Page.id)
    elsewhere = taken(gateway, view.items)
    shown = {"gateway": gateway, "view": view, "taken": elsewhere}
    return htmx.render("pages/removed.html", "pages/_removed_list.html", **shown)


@blueprint.post("/<int:gateway_id>/pages/<int:page_id>/restoration")
@needs("gateways", "edit")
def create(gateway_id: int, page_id: int) -> ResponseReturnValue:
    """409 and the reason when it cannot come back now."""
    gateway = Gateway.find(current_tenant, gateway_id)
    page = find_or_404(select(Page).where(Page.gateway_id == gateway.id, Page.id == page_id))
    try:
        restore(gateway, page)
    except NotRestored as refused:
        return _refuse(gateway, page, refused)
    flash(*_words(page))
    return htmx.go_to(url_for("pages.index", gateway_id=gateway.id))


def _words(page: Page) -> tuple[str, str]:
    if page.subscription_error:
        return f"{page.name} is connected again; why its messages do not arrive stands beside it.", "warn"
    if page.subscribed or page.instagram_subscribed:
        return f"{page.name} is connected again and receives messages.", "ok"
    return f"{page.name} is connected again, with its webhook subscription off, as it was.", "ok"


def _refuse(gateway: Gateway, page: Page, refused: NotRestored) -> ResponseReturnValue:
    shown = {"gateway": gateway, "facebook_page": page, "refused": refused}
    if htmx.wants_fragment():
        return render_template("pages/_not_restored.html", **shown), 409, htmx.into("#flashes")
    return render_template("pages/not_restored.html", **shown), 409
