"""Signs to the customer: somebody is typing, somebody has read."""

from .models import Conversation


def typing(conversation: Conversation, on: bool) -> None:
    pass


def seen(conversation: Conversation) -> None:
    pass
