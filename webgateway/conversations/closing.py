"""The end of a conversation."""

from ..db import utcnow
from ..users.models import User
from . import bot_calls, composer, offers, saying
from .models import Conversation
from .reasons import ClosingReason


def close(
    conversation: Conversation,
    user: User | None = None,
    how: str | None = None,
    reason: ClosingReason | None = None,
) -> None:
    """With the flow's closing message where one may still write. `how` is agent, flow or idle; without it the
    first where a user does it. A second time changes nothing."""
    if not conversation.is_open:
        return
    bot_calls.lose(conversation, "conversation.closed")
    farewell = conversation.does.closing_message
    if farewell and composer.lock(conversation) is None:
        saying.say(conversation, farewell)
    conversation.closed_at = utcnow()
    conversation.closed_by, conversation.closed_how = user, how or ("agent" if user else "flow")
    conversation.closing_reason = reason
    conversation.part = conversation.idle_at = None
    offers.withdraw(conversation)
