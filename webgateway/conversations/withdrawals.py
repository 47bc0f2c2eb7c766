"""Unsent messages: Meta asks that no copy is kept (contract 6.7)."""

from ..meta.events import Event
from ..pages.models import Page
from . import bot_calls, contents, knowing
from .models import Message
from .taken import Outcome
from .talks import Talks

WITHDRAWN = "This message was withdrawn; nothing of it is kept."
NOT_HERE = "This message is not here. Should it still come, it stays withdrawn."
OURS = "One of our own messages was withdrawn at Meta. What we sent stays on record."


def take(event: Event, page: Page, talks: Talks) -> Outcome:
    """Its words and files are erased here; whoever keeps the deliveries erases them there, too."""
    mid = event.mid or ""
    part = talks.part(page, mid)
    if part is not None:
        return Outcome("ignored", OURS, part.conversation)
    talks.withdrawn(page, event)
    message = talks.message(page, mid)
    if message is None:
        return Outcome("done", NOT_HERE, withdrawn=mid)
    _erase(message)
    knowing.forget(message.conversation.contact, message)
    bot_calls.forget(message)
    return Outcome("done", conversation=message.conversation, withdrawn=mid)


def _erase(message: Message) -> None:
    message.kind, message.text, message.attachments = "withdrawn", "", []
    message.payload = message.referral = message.reply_to_mid = None
    message.conversation.changes += 1
    contents.show(message)
