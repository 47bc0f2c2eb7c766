"""Removing a person's login from a gateway on purpose, after naming what it costs."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from .. import htmx
from ..db import db, find_or_404
from ..gateways.graph import graph_of
from ..gateways.models import Gateway
from ..meta import oauth
from ..meta.errors import GraphError
from ..users.rights import current_tenant, needs
from . import audit
from .erasing import forget
from .models import Account, Grant, Page

blueprint = Blueprint("account_removal", __name__, url_prefix="/gateways")

NAMED = 10
"""Pages named before the removal; of the others the number is said."""


@blueprint.get("/<int:gateway_id>/accounts/<int:account_id>/removal")
@needs("gateways", "edit")
def new(gateway_id: int, account_id: int) -> ResponseReturnValue:
    gateway, account = _find(gateway_id, account_id)
    return htmx.keep_address(
        htmx.render(
            "pages/account_removal.html",
            "pages/_account_removal_dialog.html",
            gateway=gateway,
            account=account,
            alone=db.session.scalars(_only_through(account)).all(),
            named=NAMED,
        )
    )


@blueprint.delete("/<int:gateway_id>/accounts/<int:account_id>")
@needs("gateways", "edit")
def delete(gateway_id: int, account_id: int) -> ResponseReturnValue:
    """Meta is told first, as long as we have the token: it is its last use. Contract 2.7."""
    gateway, account = _find(gateway_id, account_id)
    name, facebook_id = account.name, account.facebook_id
    told = _revoke(gateway, account)
    audit.note("account removed", gateway.id, forget(gateway.id, facebook_id))
    db.session.commit()
    if told:
        flash(f"{name} is removed, and Facebook was told.", "ok")
    else:
        flash(
            f"{name} is removed. Facebook could not be told: {name} can remove the app in the settings of "
            "Facebook, under Business integrations.",
            "warn",
        )
    return htmx.go_to(url_for("pages.index", gateway_id=gateway.id))


def _find(gateway_id: int, account_id: int) -> tuple[Gateway, Account]:
    gateway = Gateway.find(current_tenant, gateway_id)
    own = select(Account).where(Account.gateway_id == gateway.id, Account.id == account_id)
    return gateway, find_or_404(own)


def _only_through(account: Account) -> Select[Page]:
    """The pages that nobody else's working login covers."""
    another, of = aliased(Grant), aliased(Account)
    others = exists().where(
        another.page_id == Page.id,
        another.account_id == of.id,
        of.id != account.id,
        *(another.token.is_not(None), another.dead_since.is_(None), of.dead_since.is_(None)),
    )
    pages = select(Page).join(Page.grants).where(Grant.account_id == account.id, Page.removed_at.is_(None))
    return pages.where(~others).order_by(Page.name, Page.id)


def _revoke(gateway: Gateway, account: Account) -> bool:
    """Commits: no transaction is open while Meta is asked."""
    graph, token = graph_of(gateway), account.token
    db.session.commit()
    try:
        oauth.revoke(graph, token)
    except GraphError:
        return False
    return True
