"""Closing reasons: the list, the form, which are offered."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy import exists, func, select
from wtforms import Field, StringField, ValidationError
from wtforms.validators import DataRequired, Length

from .. import htmx
from ..db import db, find_or_404
from ..errors import Refused
from ..fields import one_line
from ..listing import View
from ..saving import kept
from ..tenants.models import Tenant
from ..users.rights import current_tenant, needs
from .models import Conversation
from .reasons import LONGEST_NAME, ClosingReason

blueprint = Blueprint("closing_reasons", __name__, url_prefix="/closing-reasons")

NAME_TAKEN = "There is a closing reason of this name already."
IN_USE = "It stays with the conversations that ended so. Stop offering it, and nobody chooses it any more."


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """`reason` is the one that is renamed; None while one is added."""

    name = StringField(
        "Name", [DataRequired("Give the reason a name."), Length(max=LONGEST_NAME)], filters=[one_line]
    )

    def __init__(self, tenant: Tenant, reason: ClosingReason | None = None, **kwargs: Any) -> None:
        super().__init__(obj=reason, **kwargs)
        self.tenant, self.reason = tenant, reason

    def validate_name(self, field: Field) -> None:
        same = ClosingReason.of(self.tenant).where(func.lower(ClosingReason.name) == field.data.lower())
        if any(other is not self.reason for other in db.session.scalars(same)):
            raise ValidationError(NAME_TAKEN)


@blueprint.get("/")
@needs("queues", "read")
def index() -> ResponseReturnValue:
    reasons = ClosingReason.of(current_tenant)
    sorts = {"name": func.lower(ClosingReason.name), "offered": ClosingReason.offered}
    view = View(reasons, sorts, "name", tie=ClosingReason.id)
    asked = db.session.scalar(select(exists(reasons.where(ClosingReason.offered))))
    shown: dict[str, Any] = {"view": view, "used": used(view.items), "in_use": IN_USE, "asked": asked}
    return htmx.render("closing_reasons/index.html", "closing_reasons/_list.html", **shown)


@blueprint.get("/new")
@needs("queues", "create")
def new() -> ResponseReturnValue:
    return render_template("closing_reasons/new.html", form=ReasonForm(current_tenant))


@blueprint.post("/new")
@needs("queues", "create")
def create() -> ResponseReturnValue:
    form = ReasonForm(current_tenant)
    if form.validate_on_submit():
        reason = ClosingReason(tenant_id=current_tenant.id, name=form.name.data or "")
        db.session.add(reason)
        if kept(form, form.name, NAME_TAKEN):
            flash(f"Agents can choose “{reason.name}” from now on.", "ok")
            return htmx.go_to(url_for(".index"))
    return render_template("closing_reasons/new.html", form=form), 422


@blueprint.get("/<int:reason_id>")
@needs("queues", "edit")
def edit(reason_id: int) -> ResponseReturnValue:
    reason = ClosingReason.find(current_tenant, reason_id)
    form = ReasonForm(current_tenant, reason)
    return render_template("closing_reasons/edit.html", form=form, name=reason.name)


@blueprint.post("/<int:reason_id>")
@needs("queues", "edit")
def update(reason_id: int) -> ResponseReturnValue:
    reason = ClosingReason.find(current_tenant, reason_id)
    form, name = ReasonForm(current_tenant, reason), reason.name
    if form.validate_on_submit():
        reason.name = form.name.data or ""
        if kept(form, form.name, NAME_TAKEN):
            flash(f"“{name}” is called “{reason.name}” now.", "ok")
            return htmx.go_to(url_for(".index"))
    return render_template("closing_reasons/edit.html", form=form, name=name), 422


@blueprint.post("/<int:reason_id>/offer")
@needs("queues", "edit")
def offer(reason_id: int) -> ResponseReturnValue:
    return _offer(reason_id, True)


@blueprint.delete("/<int:reason_id>/offer")
@needs("queues", "edit")
def stop_offering(reason_id: int) -> ResponseReturnValue:
    return _offer(reason_id, False)


@blueprint.delete("/<int:reason_id>")
@needs("queues", "delete")
def delete(reason_id: int) -> ResponseReturnValue:
    """Locked first: a conversation that is closed in this moment comes before, or is asked for another."""
    mine = ClosingReason.of(current_tenant).where(ClosingReason.id == reason_id)
    reason: ClosingReason = find_or_404(mine.with_for_update())
    if used([reason]):
        raise Refused(f"“{reason.name}” is in use", IN_USE)
    db.session.delete(reason)
    db.session.commit()
    flash(f"“{reason.name}” is deleted.", "ok")
    return htmx.go_to(url_for(".index"))


def used(reasons: Sequence[ClosingReason]) -> set[int]:
    """The ids of those with which conversations ended; what is counted would take longer."""
    ended = exists().where(Conversation.closing_reason_id == ClosingReason.id)
    asked = select(ClosingReason.id).where(ClosingReason.id.in_([one.id for one in reasons]), ended)
    return set(db.session.scalars(asked))


def _offer(reason_id: int, offered: bool) -> ResponseReturnValue:
    reason = ClosingReason.find(current_tenant, reason_id)
    reason.offered = offered
    db.session.commit()
    told = "Agents can choose “{}” again." if offered else "Nobody chooses “{}” any more."
    flash(told.format(reason.name), "ok")
    if htmx.wants_fragment():
        shown: dict[str, Any] = {"reason": reason, "used": used([reason]), "in_use": IN_USE}
        return render_template("closing_reasons/_changed.html", **shown)
    return htmx.go_to(url_for(".index"))
