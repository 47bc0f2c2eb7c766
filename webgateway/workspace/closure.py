"""A conversation is closed, with a reason where the tenant names some; and opened again."""

from flask import flash
from flask.typing import ResponseReturnValue

from .. import htmx
from ..conversations import closing
from ..conversations import closure as reasons
from ..db import wrote
from ..errors import Refused
from ..users.rights import needs, signed_in
from .blueprint import blueprint, find
from .routes import left, opened


@blueprint.post("/<int:conversation_id>/closure")
@needs("conversations", "edit")
def close(conversation_id: int) -> ResponseReturnValue:
    conversation = find(conversation_id, to_write=True)
    reason, problem = reasons.given()
    if problem and conversation.is_open:
        return reasons.ask(conversation, problem)
    closing.close(conversation, signed_in(), reason=reason)
    wrote()
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
    wrote()
    return opened(find(conversation_id))
