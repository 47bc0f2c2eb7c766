"""What the kinds of attachments are called, and which are shown as pictures: contract 6.6, 6.7."""

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
    "location": "Place",
    "share": "Shared post",
    "fallback": "Shared link",
    "template": "Card",
    "story_mention": "Mention in a story",
    "ig_reel": "Reel",
    "reel": "Reel",
}


def word(kind: str) -> str:
    return WORDS.get(kind, f"Attachment ({kind})")


def pictures(conversation: Conversation) -> tuple[str, ...]:
    """The kinds shown as pictures, from where Meta keeps them; all others are links."""
    inline = conversation.channel == "instagram" and conversation.page.gateway.instagram_inline
    return (*PICTURES, *STORIES_AND_POSTS) if inline else PICTURES
