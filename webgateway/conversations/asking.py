"""Asks the customer for an e-mail address or a telephone number, by a quick reply."""

from ..users.models import User
from . import writing
from .models import Conversation, Message

TEXTS = {"email": "What is your e-mail address?", "phone": "What is your telephone number?"}


def ask(conversation: Conversation, what: str, user: User | None = None) -> Message:
    author = "agent" if user else "flow"
    return writing.write(conversation, TEXTS[what], author, user, quick_replies=[{"type": what}])
