"""A conversation goes to another queue or to a colleague."""

from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue

from .. import htmx
from ..conversations import queueing
from ..conversations.models import Conversation
from ..db import db, wrote
from ..fields import paragraphs
from ..users.rights import needs, signed_in
from .blueprint import blueprint, find
from .colleagues import Targets
from .noting import LONGEST
from .routes import left


@blueprint.get("/<int:conversation_id>/transfer")
@needs("conversations", "edit")
def ask_whom(conversation_id: int) -> ResponseReturnValue:
    return htmx.keep_address(_dialog(find(conversation_id)))


@blueprint.post("/<int:conversation_id>/transfer")
@needs("conversations", "edit")
def transfer(conversation_id: int) -> ResponseReturnValue:
    conversation, user = find(conversation_id), signed_in()
    queue, agent = Targets(user).chosen(request.form.get("to", ""))
    problem = queueing.transfer(conversation, queue=queue, agent=agent, by=user, note=_note())
    if problem:
        db.session.rollback()
        return _dialog(find(conversation_id), problem, 422)
    wrote()
    if not htmx.wants_fragment():
        flash("The conversation was transferred.", "success")
    return left()


def _note() -> str:
    """For the colleague who gets it."""
    return paragraphs(request.form.get("note"))[:LONGEST]


def _dialog(conversation: Conversation, problem: str = "", status: int = 200) -> ResponseReturnValue:
    asked: dict[str, Any] = {"conversation": conversation, "targets": Targets(signed_in())}
    asked |= {"problem": problem, "note": _note(), "to": request.form.get("to", "")}
    if status == 422 and htmx.wants_fragment():
        return htmx.dialog("workspace/_transfer.html", status, **asked)
    return htmx.render("workspace/transfer.html", "workspace/_transfer.html", status, **asked)
