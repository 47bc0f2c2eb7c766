"""Whose word is awaited in a conversation, and until when."""

from datetime import timedelta

from ..db import utcnow
from ..flows.definition import Bot
from .models import Conversation


def we_spoke(conversation: Conversation, author: str) -> None:
    conversation.tries, conversation.idle_at = 0, None


def wait_for_bot(conversation: Conversation, bot: Bot) -> None:
    conversation.tries = 1
    conversation.idle_at = utcnow() + timedelta(seconds=bot.patience)
