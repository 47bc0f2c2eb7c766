"""What colleagues write for one another in a conversation; the customer never sees it."""

from ..conversations.models import Conversation, Message
from ..db import db, utcnow
from ..users.models import User

LONGEST = 5_000


def problem(text: str) -> str | None:
    if not text.strip():
        return "Write something first."
    if len(text) > LONGEST:
        return f"This is too long: {len(text):,} of {LONGEST:,} characters at most."
    return None


def note(conversation: Conversation, text: str, user: User) -> Message:
    message = Message(
        conversation=conversation,
        page_id=conversation.page_id,
        author="note",
        kind="colleague",
        user=user,
        text=text,
        occurred_at=max(utcnow(), conversation.last_message_at),
    )
    db.session.add(message)
    return message
