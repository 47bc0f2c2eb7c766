"""What the kinds of attachments are called, and which are shown as pictures: contract 6.6, 6.7."""

from collections.abc import Mapping
from typing import Any

from .models import Conversation

PICTURES = ("image", "sticker")
STORIES_AND_POSTS = ("story_mention", "story_reply", "ig_story", "ig_post", "share")
"""Somebody's own on Instagram: Meta wants no copies, and gone what its owner takes away."""

WORDS = {
    "image": "Picture",
    "video": "Video",
    "audio": "Voice or sound",
    "file": "File",
    "sticker": "Sticker",
    "like_heart": "❤️ Heart",
    "location": "Place",
    "share": "Shared post",
    "post": "Shared post",
    "ig_post": "Shared Instagram post",
    "fallback": "Shared link",
    "template": "Card",
    "story_mention": "Mention in a story",
    "story_reply": "Answer to a story",
    "ig_story": "Shared story",
    "ig_reel": "Reel",
    "reel": "Reel",
    "ephemeral": "Vanishing picture or video, to be seen in Instagram only",
    "unsupported_type": "Something that Meta does not pass on to apps",
    "appointment_booking": "Appointment",
    "order": "Cart",
}
TEMPLATES = {
    "button": "Card with buttons",
    "media": "Card with a picture or video",
    "receipt": "Receipt",
    "product": "Product",
    "coupon": "Coupon",
    "customer_feedback": "Question for feedback",
}
THUMBS_UP = ("369239263222822", "369239343222814", "369239383222810")
"""The like button's three sizes come as stickers: contract 6.6."""


def word(attachment: Mapping[str, Any]) -> str:
    kind = attachment["type"]
    if is_thumbs_up(attachment):
        return "👍 Thumbs up"
    if attachment.get("template") in TEMPLATES:
        return TEMPLATES[attachment["template"]]
    return WORDS.get(kind, f"Attachment ({kind})")


def pictures(conversation: Conversation) -> tuple[str, ...]:
    """The kinds shown as pictures, from where Meta keeps them; all others are links."""
    inline = conversation.channel == "instagram" and conversation.page.gateway.instagram_inline
    return (*PICTURES, *STORIES_AND_POSTS) if inline else PICTURES


def is_thumbs_up(attachment: Mapping[str, Any]) -> bool:
    return attachment.get("sticker_id") in THUMBS_UP


def place(attachment: Mapping[str, Any]) -> tuple[str, str] | None:
    """Of one with coordinates: how they are written, and a map that shows them."""
    latitude, longitude = attachment.get("latitude"), attachment.get("longitude")
    if latitude is None or longitude is None:
        return None
    where = f"{latitude:.5f}, {longitude:.5f}"
    return where, f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}"
