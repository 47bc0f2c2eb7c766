"""The end of a conversation."""

from ..db import utcnow
from ..users.models import User
from . import bot_calls, composer, writing
from .models import Conversation


def close(conversation: Conversation, user: User | None = None) -> None:
    """With the flow's closing message where one may still write. A second time changes nothing."""
    if not conversation.is_open:
        return
    bot_calls.lose(conversation, "conversation.closed")
    farewell = conversation.does.closing_message
    if farewell and composer.lock(conversation) is None:
        writing.write(conversation, farewell, "flow")
    conversation.closed_at = utcnow()
    conversation.closed_by, conversation.closed_how = user, "agent" if user else "flow"
