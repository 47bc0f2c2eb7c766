"""Flows: the registry, adding, saving, deleting."""

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import JSON, type_coerce
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from .. import htmx
from ..db import db, utcnow
from ..errors import Refused
from ..listing import View
from ..saving import kept
from ..users.rights import current_tenant, needs, signed_in
from . import editor, words
from .forms import NAME_TAKEN, state_of
from .models import Flow, FlowVersion

blueprint = Blueprint("flows", __name__, url_prefix="/flows")
KEPT = type_coerce(FlowVersion.definition, JSON)


@blueprint.app_context_processor
def flow_words() -> dict[str, object]:
    return {
        "flow_parts": words.parts_of,
        "flow_opening": lambda does: words.opening(does.hours, utcnow()),
    }


@blueprint.get("/")
@needs("flows", "read")
def index() -> ResponseReturnValue:
    view = View(
        Flow.of(current_tenant)
        .outerjoin(Flow.live)
        .options(contains_eager(Flow.live), joinedload(Flow.draft), selectinload(Flow.gateways)),
        sorts={"name": Flow.name},
        default="name",
        search=(Flow.name, KEPT["opening_message"].as_string(), KEPT["closing_message"].as_string()),
        tie=Flow.id,
    )
    return htmx.render("flows/index.html", "flows/_list.html", view=view)


@blueprint.get("/new")
@needs("flows", "create")
def new() -> ResponseReturnValue:
    return editor.page(editor.form_of(None), None)


@blueprint.post("/new")
@needs("flows", "create")
def create() -> ResponseReturnValue:
    form = editor.form_of(None, request.form)
    if form.validate():
        flow = Flow(tenant_id=current_tenant.id)
        db.session.add(flow)
        form.apply_to(flow, signed_in())
        if kept(form, form.name, NAME_TAKEN):
            flash(f"The flow {flow.name} is there, and live. Choose it in a chat gateway.", "ok")
            return htmx.go_to(url_for("flows.index"))
    return editor.page(form, None, 422)


@blueprint.get("/<int:flow_id>")
@needs("flows", "edit")
def edit(flow_id: int) -> ResponseReturnValue:
    flow = Flow.find(current_tenant, flow_id)
    return editor.page(editor.form_of(flow), flow)


@blueprint.post("/<int:flow_id>")
@needs("flows", "edit")
def update(flow_id: int) -> ResponseReturnValue:
    """Two who save at once: the second one is told, with all they typed, and may save over it."""
    flow: Flow = Flow.find(current_tenant, flow_id)
    flow.hold()
    form = editor.form_of(flow, request.form)
    conflict = bool(form.seen.data) and form.seen.data != state_of(flow)
    if conflict:
        form.seen.data = state_of(flow)
    if form.validate() and not conflict:
        form.apply_to(flow, signed_in())
        if kept(form, form.name, NAME_TAKEN):
            return _saved(flow)
    return editor.page(form, flow, 422, conflict=conflict)


def _saved(flow: Flow) -> ResponseReturnValue:
    if flow.draft and request.form.get("next") == "publication":
        return htmx.go_to(url_for("flow_versions.review", flow_id=flow.id))
    number = flow.live.number if flow.live else 0
    if flow.draft:
        flash(f"The draft of {flow.name} is saved. Version {number} stays live until you publish it.", "ok")
    else:
        flash(f"{flow.name} is saved. It does what its live version {number} does.", "ok")
    return htmx.go_to(url_for("flows.edit", flow_id=flow.id))


@blueprint.delete("/<int:flow_id>")
@needs("flows", "delete")
def delete(flow_id: int) -> ResponseReturnValue:
    flow: Flow = Flow.find(current_tenant, flow_id)
    if flow.gateways:
        names = ", ".join(gateway.name for gateway in flow.gateways)
        raise Refused(
            f"{flow.name} cannot be deleted", f"It is used by {names}. Choose another flow there first."
        )
    db.session.delete(flow)
    db.session.commit()
    flash(f"The flow {flow.name} is deleted.", "ok")
    return htmx.go_to(url_for("flows.index"))
