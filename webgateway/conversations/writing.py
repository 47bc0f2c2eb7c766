"""Messages that people and flows write, and what a person decides about one that was written."""

import secrets
from typing import Any

from ..db import db, utcnow
from ..logs import bound_id
from ..meta import messages
from ..users.models import User
from . import outcome, turns
from .models import Conversation, Message, Part

QuickReplies = list[dict[str, Any]]
"""As Message.quick_replies holds them."""


def write(
    conversation: Conversation,
    text: str,
    author: str,
    user: User | None = None,
    quick_replies: QuickReplies | None = None,
) -> Message:
    """A message row and its parts, waiting for the worker. `author` is agent or flow (and its bot)."""
    now = max(utcnow(), conversation.last_message_at)
    message = Message(
        conversation=conversation,
        page_id=conversation.page_id,
        author=author,
        user=user,
        text=text,
        quick_replies=quick_replies,
        referral=None,  # as the customers' have it: all messages of a batch are one INSERT
        delivery_id=bound_id("delivery"),
        occurred_at=now,
    )
    db.session.add(message)
    for position, piece in enumerate(messages.split(text, conversation.channel)):
        message.parts.append(
            Part(
                conversation=conversation,
                page_id=conversation.page_id,
                position=position,
                text=piece,
                key="wg:" + secrets.token_urlsafe(16),
            )
        )
    message.parts[-1].quick_replies = quick_replies
    conversation.last_message_at = now
    conversation.preview = text[:200]
    turns.we_spoke(conversation, author)
    return message


def send_again(message: Message) -> None:
    """A person decided: what failed or stayed unclear waits again, the parts that arrived do not."""
    for part in outcome.hold(message.id):
        if part.state in ("failed", "unclear", "held"):
            part.state = "waiting"
            part.attempts, part.next_try_at = 0, utcnow()
            outcome.let_go(part)


def seen_at_meta(message: Message) -> None:
    """A person saw it at Meta: what was unclear did arrive, and the parts that waited for it may go out."""
    for part in outcome.hold(message.id):
        if part.state == "unclear":
            outcome.arrived(part, None, utcnow())
