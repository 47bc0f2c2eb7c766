"""A conversation is closed, with a reason where the tenant names some."""

from flask import flash, request
from flask.typing import ResponseReturnValue

from .. import htmx
from ..conversations import closing
from ..conversations.models import Conversation
from ..conversations.reasons import ClosingReason
from ..db import db
from ..fields import whole
from ..users.rights import current_tenant, needs, signed_in
from .blueprint import blueprint, find
from .routes import left


@blueprint.get("/<int:conversation_id>/closure")
@needs("conversations", "edit")
def ask_why(conversation_id: int) -> ResponseReturnValue:
    return htmx.keep_address(_why(find(conversation_id)))


@blueprint.post("/<int:conversation_id>/closure")
@needs("conversations", "edit")
def close(conversation_id: int) -> ResponseReturnValue:
    conversation = find(conversation_id, to_write=True)
    offered, wanted = _reasons(), request.form.get("reason_id", type=whole)
    reason = next((one for one in offered if one.id == wanted), None)
    if offered and reason is None:
        return _why(conversation, "Choose why it ends.", 422)
    closing.close(conversation, signed_in(), reason=reason)
    db.session.commit()
    if not htmx.wants_fragment():
        flash("The conversation is closed.", "success")
    return left()


def _why(conversation: Conversation, problem: str = "", status: int = 200) -> ResponseReturnValue:
    asked = {"conversation": conversation, "reasons": _reasons(), "problem": problem}
    if status == 422 and htmx.wants_fragment():
        return htmx.dialog("workspace/_closure.html", status, **asked)
    return htmx.render("workspace/closure.html", "workspace/_closure.html", status, **asked)


def _reasons() -> list[ClosingReason]:
    offered = ClosingReason.of(current_tenant).where(ClosingReason.offered)
    return list(db.session.scalars(offered.order_by(ClosingReason.name)))
