"""A conversation is closed, with a reason where the tenant names some; and opened again."""

from flask import flash, request
from flask.typing import ResponseReturnValue

from .. import htmx
from ..conversations import closing
from ..conversations.models import Conversation
from ..conversations.reasons import ClosingReason
from ..db import db
from ..errors import Refused
from ..fields import whole
from ..users.rights import current_tenant, needs, signed_in
from .blueprint import blueprint, find
from .routes import left, opened


@blueprint.get("/<int:conversation_id>/closure")
@needs("conversations", "edit")
def ask_why(conversation_id: int) -> ResponseReturnValue:
    return htmx.keep_address(_why(find(conversation_id)))


@blueprint.post("/<int:conversation_id>/closure")
@needs("conversations", "edit")
def close(conversation_id: int) -> ResponseReturnValue:
    conversation = find(conversation_id, to_write=True)
    offered, wanted = _reasons(to_hold=True), request.form.get("reason_id", type=whole)
    reason = next((one for one in offered if one.id == wanted), None)
    if offered and reason is None:
        return _why(conversation, "Choose why it ends.", 422)
    closing.close(conversation, signed_in(), reason=reason)
    db.session.commit()
    if not htmx.wants_fragment():
        flash("The conversation is closed.", "success")
    obstacle = closing.obstacle_to_reopening(conversation, signed_in())
    return left(None if obstacle else conversation)


@blueprint.delete("/<int:conversation_id>/closure")
@needs("conversations", "edit")
def reopen(conversation_id: int) -> ResponseReturnValue:
    """It lies on the desk of who does it."""
    if problem := closing.reopen(find(conversation_id, to_write=True), signed_in()):
        raise Refused(closing.NOT_REOPENED, problem)
    db.session.commit()
    return opened(find(conversation_id))


def _why(conversation: Conversation, problem: str = "", status: int = 200) -> ResponseReturnValue:
    asked = {"conversation": conversation, "reasons": _reasons(), "problem": problem}
    if status == 422 and htmx.wants_fragment():
        return htmx.dialog("workspace/_closure.html", status, **asked)
    return htmx.render("workspace/closure.html", "workspace/_closure.html", status, **asked)


def _reasons(to_hold: bool = False) -> list[ClosingReason]:
    """`to_hold`: nobody deletes one meanwhile."""
    offered = ClosingReason.of(current_tenant).where(ClosingReason.offered).order_by(ClosingReason.name)
    if to_hold:
        offered = offered.with_for_update(read=True, key_share=True)
    return list(db.session.scalars(offered))
