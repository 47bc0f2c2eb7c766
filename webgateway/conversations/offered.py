"""Quick replies as they stand in a conversation: what was offered, and which was pressed."""

from collections.abc import Sequence
from typing import Any

from .models import Message

WORDS = {"email": "Their e-mail address", "phone": "Their telephone number"}


def word(offer: dict[str, Any]) -> str:
    return WORDS.get(offer["type"]) or offer["title"]


def pressed(messages: Sequence[Message]) -> dict[int, int]:
    """By id of the message that offered them, the place of the one that the customer pressed. `messages` are
    in time order; Meta shows only those of the last one."""
    found: dict[int, int] = {}
    offering: Message | None = None
    for message in messages:
        if message.quick_replies:
            offering = message
        elif offering is not None and message.from_customer:
            place = _place(offering.quick_replies or [], message)
            if place is not None:
                found[offering.id] = place
            offering = None
    return found


def _place(offers: Sequence[dict[str, Any]], answer: Message) -> int | None:
    """Of the two without a payload Meta sends what stood in the profile."""
    if answer.kind != "quick_reply":
        return None
    payload = answer.payload or answer.text
    for place, offer in enumerate(offers):
        if offer["type"] == "text" and payload in (offer.get("payload"), offer["title"]):
            return place
    asked = "email" if "@" in payload else "phone"
    return next((place for place, offer in enumerate(offers) if offer["type"] == asked), None)
