"""Whose word is awaited in a conversation, and until when: `idle_at` is when the worker looks at it next.

None where the customer waits for us: whom we owe an answer is never idle. `reminded_at` is of this silence:
the customer's next word ends it. While a bot owes its answer, `tries` is 1 and `idle_at` the end of its
patience.
"""

from datetime import datetime, timedelta

from ..db import utcnow
from ..flows.definition import Bot, Idle
from . import bot_calls
from .models import Conversation


def customer_spoke(conversation: Conversation) -> None:
    conversation.idle_at = conversation.reminded_at = None


def we_spoke(conversation: Conversation, author: str) -> None:
    """`author` is agent or flow. What a flow says when it is done with the conversation asks for nothing: the
    customer waits for an agent."""
    if author == "agent":
        answered(conversation, utcnow())
    elif conversation.part is not None:
        if bot_of(conversation) is not None:
            conversation.tries = 0
        wait(conversation)


def answered(conversation: Conversation, at: datetime) -> None:
    """By a person, here or in Meta's inbox: the flow's turn is over, and the customer's word is awaited."""
    conversation.answered_at = conversation.answered_at or at
    bot_calls.lose(conversation, "conversation.handed_over")
    conversation.part = None
    wait(conversation)


def wait(conversation: Conversation) -> None:
    """For the customer's word."""
    idle = conversation.does.idle
    minutes = [idle.close_after]
    if reminds(idle) and conversation.reminded_at is None:
        minutes.append(idle.remind_after)
    first = min((some for some in minutes if some is not None), default=None)
    conversation.idle_at = None if first is None else utcnow() + timedelta(minutes=first)


def wait_for_bot(conversation: Conversation, bot: Bot) -> None:
    conversation.tries = 1
    conversation.idle_at = utcnow() + timedelta(seconds=bot.patience)


def bot_of(conversation: Conversation) -> Bot | None:
    """The bot that has the conversation."""
    part = conversation.does.part(conversation.part) if conversation.part else None
    return part if isinstance(part, Bot) else None


def silent(conversation: Conversation) -> bool:
    """The flow says nothing: the gateway is switched off, or another app has the conversation."""
    return not conversation.page.gateway.enabled or conversation.owner_app_id is not None


def reminds(idle: Idle) -> bool:
    """A reminder that would come when all is closed already is none."""
    if idle.remind_after is None or not idle.reminder.strip():
        return False
    return idle.close_after is None or idle.remind_after < idle.close_after
