"""A conversation waits for agents, is somebody's, goes back."""

from datetime import datetime

from ..db import utcnow
from ..queues.models import Queue
from ..users.models import User
from . import bot_calls
from .models import Conversation


def hand_over(
    conversation: Conversation, queue: Queue, priority: int = 0, held_until: datetime | None = None
) -> None:
    """To the agents of a queue; offered not before `held_until`. The flow is done with it."""
    bot_calls.lose(conversation, "conversation.handed_over")
    conversation.queue, conversation.priority = queue, priority
    conversation.queued_at, conversation.held_until = utcnow(), held_until
    conversation.agent, conversation.part = None, None


def assign(conversation: Conversation, agent: User) -> None:
    """From now on it is this agent's; the flow is done with it."""
    bot_calls.lose(conversation, "conversation.handed_over")
    if conversation.agent is None and conversation.queued_at is not None:
        conversation.waited_seconds += round((utcnow() - conversation.queued_at).total_seconds())
    conversation.agent, conversation.assigned_at = agent, utcnow()
    conversation.part = conversation.held_until = None


def release(conversation: Conversation) -> None:
    """Back to its queue, where it waits anew."""
    conversation.agent, conversation.assigned_at = None, None
    conversation.queued_at = utcnow()
