"""Recover messages: begun here since a chosen time, and how far each recovery is."""

from datetime import timedelta

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import SelectField

from .. import htmx
from ..db import db, find_or_404, utcnow
from ..gateways.models import Gateway
from ..heartbeat import worker_seen_lately
from ..users.rights import current_tenant, needs, signed_in
from . import progress
from .models import Recovery
from .progress import Progress
from .recovery import REASONS, start

blueprint = Blueprint("recoveries", __name__, url_prefix="/gateways")

HOURS = {1: "The last hour", 6: "The last 6 hours", 24: "The last 24 hours", 72: "The last 3 days"}
HOURS |= {7 * 24: "The last 7 days", 30 * 24: "The last 30 days"}
LATEST = 20
PATIENCE = timedelta(seconds=5)
"""A worker that is there takes a comparison long before."""
NOTHING = "No page receives messages yet, so there is nothing to compare."


class RecoveryForm(FlaskForm):  # type: ignore[misc]
    hours = SelectField("Compare", coerce=int, default=24)

    def __init__(self) -> None:
        super().__init__()
        self.hours.choices = list(HOURS.items())


@blueprint.get("/<int:gateway_id>/recoveries")
@needs("gateways", "read")
def index(gateway_id: int) -> ResponseReturnValue:
    return _index(Gateway.find(current_tenant, gateway_id), RecoveryForm())


@blueprint.post("/<int:gateway_id>/recoveries")
@needs("gateways", "edit")
def create(gateway_id: int) -> ResponseReturnValue:
    gateway = Gateway.find(current_tenant, gateway_id)
    form = RecoveryForm()
    if not form.validate():
        return _index(gateway, form, 422)
    asked_at = utcnow()
    recovery = start(gateway, asked_at - timedelta(hours=form.hours.data), user=signed_in())
    if recovery is None:
        form.hours.errors = [NOTHING]
        return _index(gateway, form, 422)
    db.session.commit()
    if recovery.created_at < asked_at:
        flash("A recovery is under way already; this is it.", "info")
    return htmx.go_to(url_for(".show", gateway_id=gateway.id, recovery_id=recovery.id))


@blueprint.get("/<int:gateway_id>/recoveries/<int:recovery_id>")
@needs("gateways", "read")
def show(gateway_id: int, recovery_id: int) -> ResponseReturnValue:
    """204 while it is where the browser has seen it."""
    gateway = Gateway.find(current_tenant, gateway_id)
    recovery = find_or_404(
        select(Recovery).where(Recovery.gateway_id == gateway.id, Recovery.id == recovery_id)
    )
    found = progress.of([recovery]).get(recovery.id, Progress())
    troubled = progress.troubled(recovery)
    stalled = _stalled(recovery, found)
    seen = f"{found.waiting}-{found.looked}-{found.brought}-{len(troubled)}-{stalled:d}"
    if htmx.wants_fragment() and request.args.get("seen") == seen:
        return "", 204
    return htmx.render(
        "recoveries/show.html",
        "recoveries/_progress.html",
        gateway=gateway,
        recovery=recovery,
        reasons=REASONS,
        progress=found,
        troubled=troubled,
        stalled=stalled,
        seen=seen,
    )


def _index(gateway: Gateway, form: RecoveryForm, status: int = 200) -> ResponseReturnValue:
    query = select(Recovery).where(Recovery.gateway_id == gateway.id).options(joinedload(Recovery.user))
    recoveries = db.session.scalars(query.order_by(Recovery.id.desc()).limit(LATEST)).all()
    found = progress.of(recoveries)
    return render_template(
        "recoveries/index.html",
        gateway=gateway,
        form=form,
        recoveries=recoveries,
        reasons=REASONS,
        progress_of={one.id: found.get(one.id, Progress()) for one in recoveries},
    ), status


def _stalled(recovery: Recovery, found: Progress) -> bool:
    waits = found.under_way and utcnow() - recovery.created_at > PATIENCE
    return waits and not worker_seen_lately()
