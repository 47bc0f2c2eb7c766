"""The editor's form while it is worked on: rows arranged, and what is typed tried out. Nothing is kept."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from ..users.rights import current_tenant, needs
from . import editor
from .arranging import arrange
from .models import Flow
from .pages import pages_of
from .trying import Preview

blueprint = Blueprint("flow_editing", __name__, url_prefix="/flows")


@blueprint.post("/new/arrangement")
@needs("flows", "create")
def arrange_new() -> ResponseReturnValue:
    return _arranged(None)


@blueprint.post("/<int:flow_id>/arrangement")
@needs("flows", "edit")
def arrange_kept(flow_id: int) -> ResponseReturnValue:
    return _arranged(Flow.find(current_tenant, flow_id))


@blueprint.post("/new/trial")
@needs("flows", "create")
def try_new() -> ResponseReturnValue:
    return _tried(None)


@blueprint.post("/<int:flow_id>/trial")
@needs("flows", "edit")
def try_kept(flow_id: int) -> ResponseReturnValue:
    return _tried(Flow.find(current_tenant, flow_id))


def _arranged(flow: Flow | None) -> ResponseReturnValue:
    fields, focus = arrange(request.form.copy(), request.form.get("act", ""))
    return editor.page(editor.form_of(flow, fields), flow, focus=focus)


def _tried(flow: Flow | None) -> ResponseReturnValue:
    form = editor.form_of(flow, request.form)
    preview = Preview(form, pages_of(current_tenant))
    preview.go_on(request.form)
    return editor.page(form, flow, preview=preview, fragment="flows/_trial.html")
