"""Asks customers for their e-mail address or telephone number: document 003, contract 7.2.

Messenger offers what stands in the customer's profile as a quick reply; Instagram has none for these, so the
words ask alone.
"""

import re
from collections.abc import Callable, Iterable

from sqlalchemy import select

from ..db import db
from ..users.models import User
from . import knowing, writing
from .models import Conversation, Message
from .writing import QuickReplies

KEYWORDS = {"Email": "email", "Phone": "phone"}
"""An agent who sends just this word asks for it."""
TEXTS = {
    "messenger": {
        "email": "May we have your e-mail address? Tap it below, or write it here.",
        "phone": "May we have your telephone number? Tap it below, or write it here with the country code, "
        "for example +44 20 7946 0018.",
    },
    "instagram": {
        "email": "May we have your e-mail address? Please write it here.",
        "phone": "May we have your telephone number? Please write it here with the country code, "
        "for example +44 20 7946 0018.",
    },
}
AGAIN = {
    "email": "That is not a complete e-mail address. Please write it like name@example.com.",
    "phone": "Please write the number with its country code, for example +44 20 7946 0018.",
}
"""What a flow says after a wrong answer, where it has no words of its own for that."""
OURS = ("agent", "flow", "page")
_LIKELY = re.compile(r"@|(\d\D{0,3}){6}")


def ask(
    conversation: Conversation,
    what: str,
    user: User | None = None,
    text: str = "",
    quick_replies: QuickReplies | None = None,
    key: str | None = None,
) -> Message:
    """`what` is email or phone. By a user in an agent's name, else in the flow's. The message keeps what it
    asks for; its last part, what Meta takes on the channel."""
    channel, offered = conversation.channel, quick_replies or [{"type": what}]
    words = text.strip() or TEXTS[channel][what]
    taken = [one for one in offered if channel == "messenger" or one["type"] == "text"]
    author = "agent" if user else "flow"
    message = writing.write(conversation, words, author, user, quick_replies=taken or None, key=key)
    message.quick_replies = offered
    return message


def heard(message: Message, asked: Callable[[Conversation], str | None]) -> None:
    """Keeps what the customer pressed, or wrote when `asked` by an agent just before. Quick replies of ours
    have payloads that begin with wg: all others are a profile's."""
    if message.kind == "quick_reply":
        payload = message.payload or ""
        if not payload.startswith("wg:"):
            _gather(message, payload, ("email", "phone"), "quick_reply")
    elif message.kind == "text" and likely(message.text):
        what = asked(message.conversation)
        _gather(message, message.text, (what,) if what else (), "text")


def likely(text: str | None) -> bool:
    """Whether it is worth a look: an address or a number may stand in it."""
    return bool(text and _LIKELY.search(text))


def _gather(message: Message, text: str, kinds: Iterable[str], source: str) -> None:
    for kind in kinds:
        if value := knowing.valid(kind, text):
            knowing.know(message.conversation.contact, kind, value, source, message)
            return


def open_in(conversations: Iterable[int]) -> dict[int, str]:
    """For what an agent asked in the last message of ours, by the conversation's id."""
    newest = (
        select(Message.id)
        .where(Message.conversation_id == Conversation.id, Message.author.in_(OURS))
        .order_by(Message.occurred_at.desc(), Message.id.desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
    last = select(Message.conversation_id, Message.author, Message.quick_replies)
    last = last.join(Conversation, Message.id == newest).where(Conversation.id.in_(list(conversations)))
    found = {}
    for conversation_id, author, quick_replies in db.session.execute(last):
        for one in quick_replies or () if author == "agent" else ():
            if one.get("type") in ("email", "phone"):
                found[conversation_id] = one["type"]
    return found
