"""Flows: the registry and the form."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from .. import htmx
from ..db import db
from ..errors import Refused
from ..listing import View
from ..users.rights import current_tenant, needs
from .forms import NAME_TAKEN, FlowForm, length_hint
from .models import Flow

blueprint = Blueprint("flows", __name__, url_prefix="/flows")


@blueprint.get("/")
@needs("flows", "read")
def index() -> ResponseReturnValue:
    view = View(
        Flow.of(current_tenant).options(selectinload(Flow.gateways), joinedload(Flow.live)),
        sorts={"name": Flow.name},
        default="name",
        search=(Flow.name,),
        tie=Flow.id,
    )
    return htmx.render("flows/index.html", "flows/_list.html", view=view)


@blueprint.get("/new")
@needs("flows", "create")
def new() -> ResponseReturnValue:
    return _form("flows/new.html", FlowForm(current_tenant))


@blueprint.post("/new")
@needs("flows", "create")
def create() -> ResponseReturnValue:
    form = FlowForm(current_tenant)
    if form.validate_on_submit():
        flow = Flow.new(current_tenant, "")
        form.apply_to(flow)
        db.session.add(flow)
        if _kept(form):
            flash(f"The flow {flow.name} is there. Choose it in a chat gateway.", "ok")
            return htmx.go_to(url_for("flows.index"))
    return _form("flows/new.html", form, 422)


@blueprint.get("/<int:flow_id>")
@needs("flows", "edit")
def edit(flow_id: int) -> ResponseReturnValue:
    flow = Flow.find(current_tenant, flow_id)
    return _form("flows/edit.html", FlowForm(current_tenant, flow), flow=flow)


@blueprint.post("/<int:flow_id>")
@needs("flows", "edit")
def update(flow_id: int) -> ResponseReturnValue:
    flow = Flow.find(current_tenant, flow_id)
    form = FlowForm(current_tenant, flow)
    if form.validate_on_submit():
        form.apply_to(flow)
        if _kept(form):
            flash(f"The flow {flow.name} is saved. Conversations that begin from now on follow it.", "ok")
            return htmx.go_to(url_for("flows.index"))
    return _form("flows/edit.html", form, 422, flow=flow)


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


def _form(template: str, form: FlowForm, status: int = 200, flow: Flow | None = None) -> ResponseReturnValue:
    return render_template(template, form=form, flow=flow, length_hint=length_hint), status


def _kept(form: FlowForm) -> bool:
    """Commit; False when somebody took the name, or a ref, in the same moment."""
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        if form.validate():
            form.name.errors = [NAME_TAKEN]
        return False
    return True
