"""A flow's versions: the draft is published or thrown away, an earlier one becomes the draft again."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from .. import htmx
from ..db import db, find_or_404
from ..errors import Refused
from ..users.rights import current_tenant, needs, signed_in
from . import checking, words
from .changes import changes
from .forms import state_of
from .models import Flow, FlowVersion
from .pages import pages_of

blueprint = Blueprint("flow_versions", __name__, url_prefix="/flows/<int:flow_id>")
SHOWN = 100


@blueprint.get("/versions")
@needs("flows", "read")
def index(flow_id: int) -> ResponseReturnValue:
    """The newest hundred."""
    flow = Flow.find(current_tenant, flow_id)
    newest = select(FlowVersion).where(FlowVersion.flow == flow).order_by(FlowVersion.number.desc())
    versions = db.session.scalars(newest.options(joinedload(FlowVersion.published_by)).limit(SHOWN)).all()
    return render_template("flows/versions.html", flow=flow, versions=versions)


@blueprint.get("/versions/<int:version_id>")
@needs("flows", "read")
def show(flow_id: int, version_id: int) -> ResponseReturnValue:
    flow, version = _find(flow_id, version_id)
    names = {part.id: words.name_of(part) for part in version.definition.parts}
    return render_template(
        "flows/version.html", flow=flow, version=version, does=version.definition, words=words,
        names=names, page_names=_page_names(),
    )  # fmt: skip


@blueprint.post("/versions/<int:version_id>/restoration")
@needs("flows", "edit")
def restore(flow_id: int, version_id: int) -> ResponseReturnValue:
    flow, version = _find(flow_id, version_id)
    flow.hold()
    flow.save_draft(version.definition)
    db.session.commit()
    if flow.draft:
        flash(f"Version {version.number} is the draft now. Publish it to make it live again.", "ok")
    else:
        flash(f"Version {version.number} does what is live. There is no draft any more.", "ok")
    return htmx.go_to(url_for("flows.edit", flow_id=flow.id))


@blueprint.delete("/draft")
@needs("flows", "edit")
def discard(flow_id: int) -> ResponseReturnValue:
    flow: Flow = Flow.find(current_tenant, flow_id)
    flow.hold()
    flow.discard_draft()
    db.session.commit()
    flash("The draft is thrown away.", "ok")
    return htmx.go_to(url_for("flows.edit", flow_id=flow.id))


@blueprint.get("/publication")
@needs("flows", "edit")
def review(flow_id: int) -> ResponseReturnValue:
    flow: Flow = Flow.find(current_tenant, flow_id)
    if flow.draft is None:
        flash("There is no draft: what you see is live.", "ok")
        return htmx.go_to(url_for("flows.edit", flow_id=flow.id))
    return render_template(
        "flows/publication.html",
        flow=flow,
        changes=changes(flow.definition, flow.drafted, _page_names()),
        oddities=checking.oddities(flow.drafted),
        seen=state_of(flow),
    )


@blueprint.post("/publication")
@needs("flows", "edit")
def publish(flow_id: int) -> ResponseReturnValue:
    flow: Flow = Flow.find(current_tenant, flow_id)
    flow.hold()
    if request.form.get("seen") != state_of(flow):
        raise Refused(
            f"{flow.name} has changed meanwhile",
            "Somebody saved or published it after you opened this page. Look at the changes again.",
        )
    if version := flow.publish(signed_in()):
        db.session.commit()
        flash(
            f"Version {version.number} of {flow.name} is live. Conversations that begin now follow it; "
            "those that run finish on theirs.",
            "ok",
        )
    return htmx.go_to(url_for("flows.edit", flow_id=flow.id))


def _find(flow_id: int, version_id: int) -> tuple[Flow, FlowVersion]:
    flow = Flow.find(current_tenant, flow_id)
    version = select(FlowVersion).where(FlowVersion.flow_id == flow.id, FlowVersion.id == version_id)
    return flow, find_or_404(version)


def _page_names() -> dict[str, str]:
    return {page.meta_id: page.name for page in pages_of(current_tenant)}
