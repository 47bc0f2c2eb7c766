"""Whether a bot has a conversation, and whether it may write there."""

from ..conversations import composer
from ..conversations.composer import Lock
from ..conversations.models import Conversation
from ..flows.definition import Bot

CLOSED = "The conversation was closed."
AN_AGENTS = "An agent has the conversation."
WAITS = "The conversation waits for an agent."
WENT_ON = "The flow had gone on without the bot."


def part(conversation: Conversation) -> Bot | None:
    """The part by which a bot has it now."""
    return _bot(conversation) if lost(conversation) is None else None


def lost(conversation: Conversation, part: str | None = None) -> str | None:
    """Why the bot, or that of this `part`, has it no longer."""
    if not conversation.is_open:
        return CLOSED
    if conversation.agent_id is not None:
        return AN_AGENTS
    bot = _bot(conversation)
    if bot is not None and part in (None, bot.id):
        return None
    return WAITS if conversation.queue_id is not None and bot is None else WENT_ON


def lock(conversation: Conversation) -> Lock | None:
    """Why nothing may be said. What only waits for a login may be written: it goes out after Reconnect."""
    found = composer.lock(conversation)
    return None if found is None or found.stranded else found


def _bot(conversation: Conversation) -> Bot | None:
    found = conversation.does.part(conversation.part)
    return found if isinstance(found, Bot) else None
