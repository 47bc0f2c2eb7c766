"""What an agent does in a conversation beside answering: read, ask, note."""

from datetime import datetime

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import aliased

from ..conversations import asking, composer, queueing, signals
from ..conversations import routes as inbox
from ..conversations.models import Conversation, Message
from ..db import db, wrote
from ..fields import paragraphs, whole
from ..users.rights import needs, signed_in
from . import noting
from .blueprint import blueprint, find
from .routes import changed

QUESTIONS = ("email", "phone")


@blueprint.post("/<int:conversation_id>/reading")
@needs("conversations", "edit")
def read(conversation_id: int) -> ResponseReturnValue:
    """Up to the message that is on the screen. It counts when whoever asks has the conversation."""
    conversation = find(conversation_id, to_write=True)
    at = _came(conversation, request.form.get("message_id", type=whole))
    before = conversation.agent_read_at
    if at and conversation.agent_id == signed_in().id and (before is None or at > before):
        conversation.agent_read_at = at
        signals.seen(conversation)
    wrote()
    return changed()


def _came(conversation: Conversation, message_id: int | None) -> datetime | None:
    """When the last of the customer's messages up to this one came: what was recovered came after those that
    follow it."""
    shown = aliased(Message)
    up_to_it = (
        select(func.max(Message.created_at))
        .join(shown, shown.conversation_id == Message.conversation_id)
        .where(shown.id == message_id, Message.conversation_id == conversation.id)
        .where(tuple_(Message.occurred_at, Message.id) <= tuple_(shown.occurred_at, shown.id))
    )
    return db.session.scalar(up_to_it.where(Message.author == "customer"))


@blueprint.post("/<int:conversation_id>/questions")
@needs("conversations", "edit")
def ask(conversation_id: int) -> ResponseReturnValue:
    """For an e-mail address or a telephone number. Whoever asks first in one that nobody has, has it."""
    conversation = find(conversation_id, to_write=True)
    what = request.form.get("what", "")
    if what not in QUESTIONS or composer.lock(conversation, signed_in()):
        return inbox.open_at(conversation, status=422)
    asking.ask(conversation, what, signed_in())
    if conversation.agent_id is None:
        queueing.assign(conversation, signed_in())
    wrote()
    return inbox.news(conversation)


@blueprint.post("/<int:conversation_id>/notes")
@needs("conversations", "edit")
def note(conversation_id: int) -> ResponseReturnValue:
    """Only colleagues see it."""
    conversation = find(conversation_id, to_write=True)
    text = paragraphs(request.form.get("text"))
    if problem := noting.problem(text):
        return inbox.open_at(conversation, status=422, noted=True, note=text, note_problem=problem)
    noting.note(conversation, text, signed_in())
    wrote()
    return inbox.news(conversation, noted=True)
