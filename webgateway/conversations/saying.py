"""What a flow says: its texts, filled with what is known of the customer, the page and the hours."""

from ..db import utcnow
from ..flows import hours, texts
from ..flows.hours import hours_of
from . import knowing, writing
from .models import Conversation, Message
from .writing import QuickReplies


def say(conversation: Conversation, text: str, quick_replies: QuickReplies | None = None) -> Message | None:
    """None where nothing is left of the text, and nothing is offered."""
    words = filled(conversation, text).strip()
    if not words and quick_replies:
        words = " / ".join(one["title"] for one in quick_replies if one.get("title"))
    return writing.write(conversation, words, "flow", quick_replies=quick_replies) if words else None


def filled(conversation: Conversation, text: str) -> str:
    if "{{" not in text:
        return text
    return texts.fill(text, fields(conversation, texts.of(text)))


def fields(conversation: Conversation, names: set[str]) -> dict[str, str]:
    """Those of `names` that something is known for: no more is looked up than is asked for."""
    contact, page = conversation.contact, conversation.page
    known = {
        "contact.name": contact.name or contact.username or "",
        "contact.first_name": (contact.name or "").partition(" ")[0],
        "page.name": page.name or "",
    }
    for kind in ("email", "phone"):
        if f"contact.{kind}" in names:
            known[f"contact.{kind}"] = knowing.newest(contact, kind)
    if "agent.name" in names and conversation.agent is not None:
        known["agent.name"] = conversation.agent.display_name
    if any(name.startswith("next_opening") for name in names):
        known |= hours.fields(hours_of(conversation.does, page.meta_id), utcnow())
    return known
