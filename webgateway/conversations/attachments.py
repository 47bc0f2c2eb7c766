"""What the kinds of attachments are called: contract 6.6, 6.7."""

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
