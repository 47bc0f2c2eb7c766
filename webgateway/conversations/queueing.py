"""A conversation waits for agents, is somebody's, goes back."""

from datetime import datetime

from ..db import utcnow
from ..queues.models import Queue
from ..users.models import User
from .models import Conversation


def hand_over(
    conversation: Conversation, queue: Queue, priority: int = 0, held_until: datetime | None = None
) -> None:
    """To the agents of a queue; offered not before `held_until`. The flow is done with it."""
    conversation.queue, conversation.priority = queue, priority
    conversation.queued_at, conversation.held_until = utcnow(), held_until
    conversation.agent, conversation.part = None, None


def assign(conversation: Conversation, agent: User) -> None:
    """From now on it is this agent's; the flow is done with it."""
    if conversation.agent is None and conversation.queued_at is not None:
        conversation.waited_seconds += round((utcnow() - conversation.queued_at).total_seconds())
    conversation.agent, conversation.assigned_at = agent, utcnow()
    conversation.part = conversation.held_until = None


def release(conversation: Conversation) -> None:
    """Back to its queue, where it waits anew."""
    conversation.agent, conversation.assigned_at = None, None
    conversation.queued_at = utcnow()


def transfer(
    conversation: Conversation,
    queue: Queue | None = None,
    agent: User | None = None,
    by: User | None = None,
) -> None:
    """To the agents of a queue, or to a colleague."""
    if agent is not None:
        assign(conversation, agent)
    elif queue is not None:
        hand_over(conversation, queue)
