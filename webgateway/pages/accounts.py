"""Accounts: the people whose logins cover a page, newest first."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from .. import htmx
from ..db import find_or_404
from ..gateways.models import Gateway
from ..listing import View
from ..users.rights import current_tenant, needs
from .models import Account, Grant, Page

blueprint = Blueprint("accounts", __name__, url_prefix="/gateways")


@blueprint.get("/<int:gateway_id>/pages/<int:page_id>/accounts")
@needs("gateways", "read")
def index(gateway_id: int, page_id: int) -> ResponseReturnValue:
    """A dialog over the register, or a page of its own."""
    gateway = Gateway.find(current_tenant, gateway_id)
    page = find_or_404(Page.connected_to(gateway).where(Page.id == page_id))
    query = (
        select(Grant)
        .join(Grant.account)
        .options(contains_eager(Grant.account))
        .where(Grant.page_id == page.id)
    )
    sorts = {"logged_in": Account.logged_in_at, "name": Account.name}
    view = View(query, sorts, "-logged_in", (Account.name,), target="#accounts", tie=Grant.id)
    answer = htmx.render(
        "pages/accounts.html", "pages/_accounts.html", gateway=gateway, facebook_page=page, view=view
    )
    return htmx.keep_address(answer)
