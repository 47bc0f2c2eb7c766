"""The one private answer to a comment, which becomes part of the customer's conversation: contract 7.4."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ..db import db, utcnow
from ..meta import messages
from ..users.models import User
from . import composer, turns
from .comments import Comment
from .composer import Lock
from .models import Contact, Conversation, Message, Part

MENTION = Lock("Meta offers no private reply to a mention.", "Answer it where it stands.")
REMOVED = Lock("This comment has been removed.", "Meta takes no private reply to it.")
TOO_LATE = Lock("This comment is older than seven days.", "Meta takes a private reply only before that.")
ANSWERED = Lock(
    "This comment has been answered in private already.", "Meta takes one private reply to each comment."
)
FULL = ("Meta takes 750 private replies of a page in an hour.", "Nothing to do: it is sent later.")
HOUR = timedelta(hours=1)
LATEST = timedelta(days=1)
"""A reply that went out in the last hour was written in that time: others waited too long to count."""


def lock(comment: Comment, user: User | None = None) -> Lock | None:
    """None when one may answer the comment in private."""
    return ANSWERED if comment.replied_at is not None else lock_again(comment, user)


def lock_again(comment: Comment, user: User | None = None) -> Lock | None:
    """The same where the reply that was written did not go out."""
    if comment.kind == "mention":
        return MENTION
    return _closed(comment) or composer.page_lock(comment.page, comment.channel, user)


def refusal(comment: Comment) -> tuple[str, str] | None:
    """What waited, for a pause or for Meta to come back, may have waited too long."""
    closed = _closed(comment)
    return (closed.reason, closed.remedy) if closed else None


def write(comment: Comment, text: str, user: User, key: str | None) -> Message:
    """A message in one part, waiting for the worker. `comment` is locked, and nobody has answered it."""
    now = utcnow()
    message = Message(
        page_id=comment.page_id,
        comment=comment,
        author="agent",
        user=user,
        text=text,
        key=key or None,
        occurred_at=now,
    )
    db.session.add(message)
    part_key = "wg:" + secrets.token_urlsafe(16)
    message.parts.append(Part(page_id=comment.page_id, position=0, text=text, key=part_key))
    comment.replied_at = now
    return message


def full_until(part: Part) -> datetime | None:
    """When a private reply that would be one too many in an hour may go out."""
    if part.message.comment_id is None:
        return None
    now = utcnow()
    sent = (
        select(Part.sent_at)
        .join(Part.message)
        .join(Message.comment)
        .where(Comment.page_id == part.page_id, Comment.replied_at > now - LATEST, Part.sent_at > now - HOUR)
        .order_by(Part.sent_at.desc())
    )
    oldest = db.session.scalar(sent.offset(messages.PRIVATE_REPLIES_PER_HOUR - 1).limit(1))
    return oldest + HOUR if oldest else None


def belongs_to(part: Part, customer_id: str | None) -> None:
    """Meta told to whom the reply went, in its answer or in the echo: it stands in their conversation."""
    message = part.message
    if message.comment is None or part.conversation_id is not None or customer_id is None:
        return
    conversation = _conversation(message.comment, customer_id)
    message.conversation = part.conversation = conversation
    turns.answered(conversation, message.occurred_at)
    if message.occurred_at >= conversation.last_message_at:
        conversation.last_message_at, conversation.preview = message.occurred_at, message.text[:200]


def _closed(comment: Comment) -> Lock | None:
    if comment.removed_at is not None:
        return REMOVED
    return TOO_LATE if comment.reply_until <= utcnow() else None


def _conversation(comment: Comment, customer_id: str) -> Conversation:
    try:
        with db.session.begin_nested():
            return _open(comment, customer_id)
    except IntegrityError:  # the customer wrote at this very moment
        return _open(comment, customer_id)


def _open(comment: Comment, customer_id: str) -> Conversation:
    """The open one, or a new one, in which the flow does not greet: a person has spoken."""
    contact = _contact(comment, customer_id)
    is_open = (Conversation.contact_id == contact.id, Conversation.closed_at.is_(None))
    conversation = db.session.scalar(select(Conversation).where(*is_open).with_for_update())
    if conversation is None:
        now = utcnow()
        page, last = comment.page, min(now, comment.replied_at or now)
        conversation = Conversation.begin(
            contact, page, page.gateway.flow, now, greeted_at=now, last_message_at=last
        )
        db.session.add(conversation)
        db.session.flush()
    return conversation


def _contact(comment: Comment, customer_id: str) -> Contact:
    """Named as the comment's author is; a profile is looked up when they write."""
    same = (
        Contact.page_id == comment.page_id,
        Contact.channel == comment.channel,
        Contact.meta_id == customer_id,
    )
    contact = db.session.scalar(select(Contact).where(*same))
    if contact is None:
        name = "username" if comment.channel == "instagram" else "name"
        contact = Contact(
            tenant_id=comment.tenant_id,
            page_id=comment.page_id,
            channel=comment.channel,
            meta_id=customer_id,
            **{name: comment.author_name},
        )
        db.session.add(contact)
        db.session.flush()
    return contact
