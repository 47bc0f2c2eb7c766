"""Does what a turn of a flow says: writes, keeps what was told, tells the bot, hands over, closes.

The flow's position is written first, so that what it writes is known as its own (turns.we_spoke).
"""

from collections.abc import Callable
from typing import Any

from ..db import utcnow
from ..flows import actions
from ..flows.actions import Turn
from ..flows.definition import Ask, Bot
from ..queues.choosing import Queues
from . import asking, bot_calls, closing, knowing, queueing, saying, turns
from .models import Conversation, Message


def do(turn: Turn, conversation: Conversation, message: Message | None, queues: Queues | None) -> None:
    """`message`: the customer's that the flow answers."""
    now, bot = utcnow(), turns.bot_of(conversation)
    if turn.part != conversation.part:
        conversation.part_at = now
    conversation.part, conversation.tries, conversation.idle_at = turn.part, turn.tries, None
    if turn.offline:
        conversation.offline_at = now
    for action in turn.actions:
        _DO[type(action)](action, conversation, message, queues or Queues())
    if turn.part is not None and turns.bot_of(conversation) is None:
        turns.wait(conversation)
    if bot is not None and conversation.part != bot.id:
        kind = "conversation.handed_over" if conversation.is_open else "conversation.closed"
        bot_calls.tell_lost(conversation, bot, kind)


def _say(said: actions.Say, conversation: Conversation, *_: Any) -> None:
    if _may_write(conversation):
        saying.say(conversation, said.text, [one.row() for one in said.quick_replies] or None)


def _ask(asked: actions.Ask, conversation: Conversation, *_: Any) -> None:
    if not _may_write(conversation):
        return
    part, text = conversation.does.part(conversation.part), asked.text
    if conversation.tries and isinstance(part, Ask) and not part.again:
        text = asking.AGAIN[asked.kind]
    offered = [one.row() for one in asked.quick_replies]
    asking.ask(conversation, asked.kind, text=saying.filled(conversation, text), quick_replies=offered)


def _know(known: actions.Know, conversation: Conversation, message: Message | None, _: Queues) -> None:
    source = "quick_reply" if message is not None and message.kind == "quick_reply" else "text"
    knowing.know(conversation.contact, known.kind, known.value, source, message)


def _call_bot(call: actions.CallBot, conversation: Conversation, message: Message | None, _: Queues) -> None:
    bot = conversation.does.part(call.part)
    if isinstance(bot, Bot):
        kind = "conversation.started" if call.begins else "message.received"
        bot_calls.tell(conversation, bot, kind, message)
        turns.wait_for_bot(conversation, bot)


def _hand_over(
    handed: actions.HandOver, conversation: Conversation, _: Message | None, queues: Queues
) -> None:
    if _may_write(conversation):
        saying.say(conversation, handed.text)
    queue = queues.choose(conversation.tenant_id, handed.queue_id)
    queueing.hand_over(conversation, queue, handed.priority, handed.held_until)


def _close(_action: actions.Close, conversation: Conversation, *_: Any) -> None:
    closing.close(conversation, how="flow")


_DO: dict[type[actions.Action], Callable[..., None]] = {
    actions.Say: _say,
    actions.Ask: _ask,
    actions.Know: _know,
    actions.CallBot: _call_bot,
    actions.HandOver: _hand_over,
    actions.Close: _close,
}


def _may_write(conversation: Conversation) -> bool:
    """To who has not written yet Meta takes no message: contract 7.4."""
    return conversation.customer_wrote_at is not None and not turns.silent(conversation)
