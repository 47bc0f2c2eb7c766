"""The step before Facebook's window: the connected pages that must stay ticked in it. Contract 2.1."""

from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from .. import htmx
from ..db import db, find_or_404
from ..fields import whole
from ..gateways.models import Gateway
from ..listing import View
from ..users.rights import current_tenant, needs
from .models import Account, Grant, Page

blueprint = Blueprint("precaution", __name__, url_prefix="/gateways")

MOST_PEOPLE = 5
"""So many are told apart; each page names its own."""


@dataclass(frozen=True)
class Person:
    """Who may log in again: how many pages their login covers, and how many nobody else's does."""

    name: str
    pages: int
    alone: int


@blueprint.get("/<int:gateway_id>/pages/login", defaults={"purpose": "pages"})
@blueprint.get("/<int:gateway_id>/instagram/login", defaults={"purpose": "instagram"})
@needs("gateways", "edit")
def show(gateway_id: int, purpose: str) -> ResponseReturnValue:
    """A dialog over the register, or a page of its own. With no page connected there is nothing to lose."""
    gateway = Gateway.find(current_tenant, gateway_id)
    reconnected = asked_for(gateway)
    query = Page.connected_to(gateway).options(selectinload(Page.grants).joinedload(Grant.account))
    search = (Page.name, Page.meta_id, Page.instagram_username)
    sorts = {"name": func.lower(Page.name)}
    view = View(query, sorts, "name", search, ("reconnect", "comments"), target="#staying", tie=Page.id)
    start = url_for(
        "connecting.start",
        gateway_id=gateway.id,
        purpose=purpose,
        reconnect=reconnected.id if reconnected else None,
        comments=request.args.get("comments") and 1,
    )
    if not (view.total or view.q or htmx.asked_by_htmx()):
        return redirect(start)
    answer = htmx.render(
        "pages/precaution.html",
        "pages/_precaution_dialog.html",
        gateway=gateway,
        purpose=purpose,
        view=view,
        start=start,
        reconnected=reconnected,
        people=_people(gateway),
    )
    return htmx.keep_address(answer)


def asked_for(gateway: Gateway) -> Page | None:
    """The page that a login is started for, as `reconnect=` names it; 404 for one of somebody else."""
    page_id = request.args.get("reconnect", type=whole)
    if page_id is None:
        return None
    return find_or_404(select(Page).where(Page.gateway_id == gateway.id, Page.id == page_id))


def _people(gateway: Gateway) -> list[Person]:
    works = (
        select(Grant.page_id, Grant.account_id)
        .join(Grant.account)
        .join(Grant.page)
        .where(Page.gateway_id == gateway.id, Page.removed_at.is_(None), Grant.token.is_not(None))
        .where(Grant.dead_since.is_(None), Account.dead_since.is_(None))
        .subquery()
    )
    alone = select(works.c.page_id).group_by(works.c.page_id).having(func.count() == 1).subquery()
    rows = db.session.execute(
        select(Account.name, func.count(), func.count(alone.c.page_id))
        .join(works, works.c.account_id == Account.id)
        .outerjoin(alone, alone.c.page_id == works.c.page_id)
        .group_by(Account.id)
        .order_by(Account.logged_in_at.desc(), Account.id)
        .limit(MOST_PEOPLE)
    )
    return [Person(*row) for row in rows]
