"""Deleting chat gateways, one or many, after naming what it costs."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, request, url_for
from flask.typing import ResponseReturnValue

from .. import htmx
from ..db import db
from ..fields import whole
from ..users.rights import current_tenant, needs
from ..views import count
from . import removal
from .models import Gateway

blueprint = Blueprint("deletion", __name__, url_prefix="/gateways")

VIEW = ("q", "sort", "page", "size")
MOST = 100
"""As many as a page of the registry shows."""


@blueprint.get("/deletions/new")
@needs("gateways", "delete")
def new() -> ResponseReturnValue:
    gateways = _chosen(request.args.getlist("ids", type=whole))
    return htmx.render(
        "gateways/deletion.html",
        "gateways/_deletion_dialog.html",
        gateways=gateways,
        costs=removal.costs([gateway.id for gateway in gateways]),
        kept=_view(),
    )


@blueprint.post("/deletions")
@needs("gateways", "delete")
def create() -> ResponseReturnValue:
    return _delete(_chosen(request.form.getlist("ids", type=whole)))


@blueprint.delete("/<int:gateway_id>")
@needs("gateways", "delete")
def delete(gateway_id: int) -> ResponseReturnValue:
    return _delete([Gateway.find(current_tenant, gateway_id)])


def _chosen(ids: Sequence[int]) -> list[Gateway]:
    """The tenant's gateways among `ids`; what is gone already needs no deletion."""
    query = Gateway.of(current_tenant).where(Gateway.id.in_(ids[:MOST])).order_by(Gateway.name)
    gateways: list[Gateway] = list(db.session.scalars(query))
    if not gateways:
        abort(404)
    return gateways


def _delete(gateways: list[Gateway]) -> ResponseReturnValue:
    what = gateways[0].name if len(gateways) == 1 else count(len(gateways), "chat gateway")
    removal.delete(gateways)
    flash(f"{what} {'is' if len(gateways) == 1 else 'are'} deleted.", "success")
    return htmx.go_to(url_for("gateways.index", **_view()))


def _view() -> dict[str, Any]:
    """Where in the registry one came from, to go back there."""
    return {name: request.args[name] for name in VIEW if request.args.get(name)}
