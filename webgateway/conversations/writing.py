"""Messages that people and flows write, and what a person decides about one that was written."""

import secrets
from collections.abc import Sequence
from typing import Any

from ..db import db, utcnow
from ..logs import bound_id
from ..meta import messages
from ..meta import quick_replies as offers
from ..users.models import User
from . import attachments, outcome, turns
from .models import Conversation, Message, Part
from .uploads import Upload

QuickReplies = list[dict[str, Any]]
"""As Message.quick_replies holds them."""


def write(
    conversation: Conversation,
    text: str,
    author: str,
    user: User | None = None,
    quick_replies: QuickReplies | None = None,
    uploads: Sequence[Upload] | None = None,
    key: str | None = None,
) -> Message:
    """A message row and its parts, waiting for the worker. `author` is agent or flow (and its bot).

    `uploads` go out one by one after the text, or before it when it offers quick replies: Meta shows those
    only below the newest message. ValueError for quick replies that Meta would refuse: contract 7.2.
    """
    quick_replies = offers.fitted(quick_replies) if quick_replies else None
    files = list(uploads or ())
    now = max(utcnow(), conversation.last_message_at)
    message = Message(
        conversation=conversation,
        page_id=conversation.page_id,
        author=author,
        user=user,
        key=key,
        # Given as a customer's message gives them: rows with the same columns are inserted in one statement.
        kind="text",
        attachments=[],
        text=text,
        quick_replies=quick_replies,
        delivery_id=bound_id("delivery"),
        occurred_at=now,
    )
    db.session.add(message)
    pieces: list[str | Upload] = [*messages.split(text, conversation.channel)]
    for content in [*files, *pieces] if quick_replies else [*pieces, *files]:
        message.parts.append(_part(conversation, len(message.parts), content))
    message.parts[-1].quick_replies = quick_replies
    conversation.last_message_at = now
    conversation.preview = text[:200] or attachments.word({"type": files[0].kind})
    turns.we_spoke(conversation, author)
    return message


def _part(conversation: Conversation, position: int, content: str | Upload) -> Part:
    return Part(
        conversation=conversation,
        page_id=conversation.page_id,
        position=position,
        text=content if isinstance(content, str) else "",
        upload=content if isinstance(content, Upload) else None,
        key="wg:" + secrets.token_urlsafe(16),
    )


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
