"""Looks at conversations in which nobody has said a word for too long: reminds the customer once, then closes
them, and takes them from bots that do not answer. The row is the job, due at its `idle_at`."""

from datetime import timedelta

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import joinedload

from ..db import NOW, db, looking, utcnow
from ..pages.models import Page
from . import closing, composer, following, saying, turns
from .models import Conversation, Message

PAUSE = timedelta(minutes=5)
"""Before a conversation that could not be worked on is looked at again."""


def claim() -> int | None:
    """The one that has been due longest. It is not leased: the work is one transaction that holds the row,
    and whoever comes second finds nothing due."""
    with looking():
        due = select(Conversation.id).where(Conversation.idle_at <= utcnow())
        return db.session.scalar(due.order_by(Conversation.idle_at).limit(1))


def work(conversation_id: int) -> None:
    conversation = db.session.scalar(
        select(Conversation)
        .where(Conversation.id == conversation_id, Conversation.idle_at <= utcnow())
        .options(
            joinedload(Conversation.page).joinedload(Page.gateway),
            joinedload(Conversation.contact),
            joinedload(Conversation.flow_version),
        )
        .with_for_update(of=Conversation)
        .execution_options(populate_existing=True)
    )
    if conversation is not None:
        _look_at(conversation)
    db.session.commit()


def fail(conversation_id: int, error: Exception) -> None:
    """Our own defect, or a database that took no work: later again."""
    still_due = update(Conversation).where(Conversation.id == conversation_id)
    db.session.execute(still_due.where(Conversation.idle_at <= utcnow()).values(idle_at=utcnow() + PAUSE))
    db.session.commit()


def waits() -> ColumnElement[bool]:
    return exists().where(Conversation.idle_at <= NOW)


def renew(conversation_id: int) -> None:
    """Nothing is leased."""


def _look_at(conversation: Conversation) -> None:
    conversation.idle_at = None
    if not conversation.is_open:
        return
    if turns.bot_of(conversation) is not None and conversation.tries:
        if not turns.silent(conversation):
            following.leave_bot(conversation)
    elif conversation.part is not None and conversation.does.part(conversation.part) is None:
        if not turns.silent(conversation):
            following.enter(conversation, "")
    elif not _owed(conversation):
        _go_on(conversation)


def _go_on(conversation: Conversation) -> None:
    idle = conversation.does.idle
    if conversation.reminded_at is None and turns.reminds(idle):
        conversation.reminded_at = utcnow()
        if composer.lock(conversation) is None and saying.say(conversation, idle.reminder):
            conversation.reminded_at = conversation.last_message_at
        left = None if idle.close_after is None else idle.close_after - (idle.remind_after or 0)
        conversation.idle_at = None if left is None else utcnow() + timedelta(minutes=left)
    elif idle.close_after is not None:
        closing.close(conversation, how="idle")


def _owed(conversation: Conversation) -> bool:
    """Whether the customer waits for us: they wrote last, or came into a queue after somebody answered. What
    a flow says that is done with the conversation is no answer."""
    if conversation.part is not None:
        return False
    of_people = select(Message.author, Message.occurred_at).where(
        Message.conversation_id == conversation.id, Message.author.in_(("customer", "agent", "page"))
    )
    last = of_people.order_by(Message.occurred_at.desc(), Message.id.desc()).limit(1)
    found = db.session.execute(last).one_or_none()
    if found is None or found.author == "customer":
        return True
    return conversation.queued_at is not None and conversation.queued_at > found.occurred_at
