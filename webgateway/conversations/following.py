"""When a conversation's flow acts: it begins, hears the customer, goes on. flows/steps.py says what comes
next, by the conversation's version of the flow. The caller holds the conversation, and commits.

`queues`: those of the transaction, where several conversations are worked on in it.
"""

from collections.abc import Callable

import msgspec

from ..db import utcnow
from ..flows import steps
from ..flows.actions import Turn
from ..queues.choosing import Queues
from . import knowing, offers, performing, turns
from .models import Conversation, Message

ANSWERS = ("text", "quick_reply", "postback", "unsupported")
"""Kinds of messages that answer a question; an order or a link that was followed does not."""


def hear(
    conversation: Conversation, message: Message, anew: bool = False, queues: Queues | None = None
) -> None:
    """The customer said something: the flow begins or goes on; where nobody has the conversation, agents get
    it. `anew`: it goes over to another flow."""
    turns.customer_spoke(conversation)
    if turns.silent(conversation) or conversation.agent_id is not None:
        return
    if anew or _untouched(conversation):
        begin(conversation, message, queues)
    elif conversation.part is not None:
        heard(conversation, message, queues)
    elif not _queued(conversation):
        enter(conversation, "", message, queues)


def returned(conversation: Conversation, queues: Queues | None = None) -> None:
    """Another app passed it to us, for somebody to answer. The flow begins; where it waits, it goes on with
    the customer's next word; where it is done, or may not write yet, agents get the conversation."""
    if turns.silent(conversation) or conversation.agent_id is not None:
        return
    if conversation.part is not None or _queued(conversation):
        return
    if _untouched(conversation) and conversation.customer_wrote_at is not None:
        begin(conversation, None, queues)
    else:
        enter(conversation, "", None, queues)


def unheard(conversation: Conversation, queues: Queues | None = None) -> None:
    """The last word is the customer's, and a recovery brought it: too late for the flow. Where no agent is to
    answer it yet, agents get the conversation, without a word."""
    turns.customer_spoke(conversation)
    if turns.silent(conversation) or conversation.agent_id is not None or _queued(conversation):
        return
    turn = steps.enter(conversation.does, "", utcnow(), conversation.page.meta_id, offline_said=True)
    performing.do(turn, conversation, None, queues)


def begin(conversation: Conversation, message: Message | None = None, queues: Queues | None = None) -> None:
    """With the opening message, once in a conversation. From a queue it goes back to its flow."""
    does, now = conversation.does, utcnow()
    _leave_queue(conversation)
    if conversation.greeted_at is not None:
        does = msgspec.structs.replace(does, opening_message="")
    conversation.greeted_at = conversation.greeted_at or now
    turn = steps.begin(does, now, conversation.page.meta_id, conversation.offline_at is not None)
    performing.do(turn, conversation, message, queues)


def heard(conversation: Conversation, message: Message, queues: Queues | None = None) -> None:
    """Only while the flow has the conversation."""
    part = conversation.part
    if part is None or conversation.agent_id is not None or turns.silent(conversation):
        return
    if message.kind not in ANSWERS and turns.bot_of(conversation) is None:
        turns.wait(conversation)
        return
    text = "" if message.kind == "unsupported" else message.text
    said, page_id = conversation.offline_at is not None, conversation.page.meta_id
    turn = steps.heard(
        *(conversation.does, part, text, message.payload, conversation.tries),
        *(utcnow(), page_id, said, knowing.valid),
    )
    performing.do(turn, conversation, message, queues)


def enter(
    conversation: Conversation, part_id: str, message: Message | None = None, queues: Queues | None = None
) -> None:
    """Go to a part; one that is not there: to the agents."""
    _go(steps.enter, conversation, part_id, message, queues)


def leave_bot(conversation: Conversation, queues: Queues | None = None) -> None:
    """It handed over, failed for good or said nothing for too long. Nothing where no bot has the
    conversation (any more)."""
    bot = turns.bot_of(conversation)
    if bot is not None and conversation.is_open and conversation.agent_id is None:
        _go(steps.after, conversation, bot.id, None, queues)


def hand_over(conversation: Conversation, queue_id: int, priority: int) -> None:
    """Its bot chose the queue; the hours count as where the flow hands over."""
    said, page_id = conversation.offline_at is not None, conversation.page.meta_id
    turn = steps.hand_over(conversation.does, queue_id, priority, utcnow(), page_id, said)
    performing.do(turn, conversation, None, None)


def _go(
    step: Callable[..., Turn],
    conversation: Conversation,
    part_id: str,
    message: Message | None,
    queues: Queues | None,
) -> None:
    said = conversation.offline_at is not None
    turn = step(conversation.does, part_id, utcnow(), conversation.page.meta_id, said)
    performing.do(turn, conversation, message, queues)


def _untouched(conversation: Conversation) -> bool:
    """Neither its flow nor a person has spoken."""
    return conversation.greeted_at is None and conversation.answered_at is None


def _queued(conversation: Conversation) -> bool:
    return conversation.queue_id is not None or conversation.queue is not None


def _leave_queue(conversation: Conversation) -> None:
    if not _queued(conversation):
        return
    conversation.queue = conversation.queued_at = conversation.held_until = None
    offers.withdraw(conversation)
