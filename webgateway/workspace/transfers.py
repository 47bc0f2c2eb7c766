"""A conversation goes to another queue or to a colleague."""

from flask import flash, request
from flask.typing import ResponseReturnValue

from .. import htmx
from ..conversations import queueing
from ..conversations.models import Conversation
from ..db import db
from ..users.rights import needs, signed_in
from .blueprint import blueprint, find
from .colleagues import Colleague, Targets
from .routes import left

CHOOSE = "Choose a queue or a colleague."
GONE = "That colleague is no longer ready, or the queue is gone. Choose another one."


@blueprint.get("/<int:conversation_id>/transfer")
@needs("conversations", "edit")
def ask_whom(conversation_id: int) -> ResponseReturnValue:
    return htmx.keep_address(_dialog(find(conversation_id)))


@blueprint.post("/<int:conversation_id>/transfer")
@needs("conversations", "edit")
def transfer(conversation_id: int) -> ResponseReturnValue:
    conversation = find(conversation_id, to_write=True)
    if not conversation.is_open:
        return _dialog(conversation, "This conversation is closed.", 422)
    to = request.form.get("to", "")
    chosen = Targets(signed_in()).chosen(to)
    if chosen is None:
        return _dialog(conversation, GONE if to else CHOOSE, 422)
    by = signed_in()
    if isinstance(chosen, Colleague):
        queueing.transfer(conversation, agent=chosen.user, by=by)
    else:
        queueing.transfer(conversation, queue=chosen, by=by)
    db.session.commit()
    if not htmx.wants_fragment():
        flash("The conversation was transferred.", "success")
    return left()


def _dialog(conversation: Conversation, problem: str = "", status: int = 200) -> ResponseReturnValue:
    asked = {"conversation": conversation, "targets": Targets(signed_in()), "problem": problem}
    if status == 422 and htmx.wants_fragment():
        return htmx.dialog("workspace/_transfer.html", status, **asked)
    return htmx.render("workspace/transfer.html", "workspace/_transfer.html", status, **asked)
