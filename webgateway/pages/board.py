"""The health board: of a gateway, with its pages; of one page; and asking Meta now."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func
from sqlalchemy.orm import joinedload, selectinload

from .. import htmx
from ..db import find_or_404, utcnow
from ..gateways import health as gateways
from ..gateways.models import Gateway
from ..listing import View
from ..users.rights import current_tenant, needs
from . import checks, health
from .models import Grant, Page

blueprint = Blueprint("board", __name__, url_prefix="/gateways")

WORDS = {"ok": "Well", "unknown": "Not known", "warn": "Look at it", "bad": "Trouble"}
TONES = {"ok": "ok", "unknown": "quiet", "warn": "warn", "bad": "bad"}
GRANTS = selectinload(Page.grants).joinedload(Grant.account)


@blueprint.context_processor
def words() -> dict[str, object]:
    return {"state_words": WORDS, "state_tones": TONES}


@blueprint.get("/<int:gateway_id>/health")
@needs("gateways", "read")
def show(gateway_id: int) -> ResponseReturnValue:
    gateway = Gateway.find(current_tenant, gateway_id)
    query = Page.connected_to(gateway).options(GRANTS)
    if request.args.get("only") == "troubles":
        query = query.where(health.troubled())
    search = (Page.name, Page.meta_id, Page.instagram_username)
    view = View(query, {"name": func.lower(Page.name)}, "name", search, ("only",), tie=Page.id)
    worst = {page_id: gateways.worst(lines) for page_id, lines in health.lines_of(view.items).items()}
    context: dict[str, Any] = {"gateway": gateway, "view": view, "worst": worst}
    if not htmx.wants_fragment():
        context["lines"] = gateways.lines_of(gateway)
        context["calendar"] = gateways.calendar(gateway, utcnow().date())
    return htmx.render("board/gateway.html", "board/_pages.html", **context)


@blueprint.post("/<int:gateway_id>/health/checks")
@needs("gateways", "edit")
def check(gateway_id: int) -> ResponseReturnValue:
    gateway = Gateway.find(current_tenant, gateway_id)
    _tell(checks.gateway(gateway))
    return htmx.go_to(url_for(".show", gateway_id=gateway.id))


@blueprint.get("/<int:gateway_id>/pages/<int:page_id>/health")
@needs("gateways", "read")
def page(gateway_id: int, page_id: int) -> ResponseReturnValue:
    found = _find(gateway_id, page_id)
    lines = health.lines_of([found])[found.id]
    return render_template("board/page.html", gateway=found.gateway, facebook_page=found, lines=lines)


@blueprint.post("/<int:gateway_id>/pages/<int:page_id>/health/checks")
@needs("gateways", "edit")
def check_page(gateway_id: int, page_id: int) -> ResponseReturnValue:
    found = _find(gateway_id, page_id)
    _tell(checks.pages(found.gateway, [found]))
    return htmx.go_to(url_for(".page", gateway_id=gateway_id, page_id=page_id))


def _find(gateway_id: int, page_id: int) -> Page:
    gateway = Gateway.find(current_tenant, gateway_id)
    query = Page.connected_to(gateway).where(Page.id == page_id).options(GRANTS, joinedload(Page.gateway))
    return find_or_404(query)


def _tell(unanswered: str | None) -> None:
    if unanswered:
        flash(f"Meta could not be asked about all of it. {unanswered}", "warning")
    else:
        flash("Meta was asked; this is what it says now.", "success")
