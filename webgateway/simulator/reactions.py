"""Names and emoji of reactions (contract 6.6, 6.7)."""

EMOJI = {
    "love": "\u2764\ufe0f",
    "like": "\U0001f44d",
    "smile": "\U0001f60a",
    "laugh": "\U0001f606",
    "wow": "\U0001f62e",
    "sad": "\U0001f622",
    "angry": "\U0001f620",
    "dislike": "\U0001f44e",
    "other": "\U0001f91d",
}
MESSENGER = ("love", "like", "smile", "wow", "sad", "angry", "dislike", "other")
INSTAGRAM = ("love", "like", "laugh", "wow", "sad", "angry", "other")


def emoji_of(name: str) -> str:
    return EMOJI.get(name, EMOJI["other"])
