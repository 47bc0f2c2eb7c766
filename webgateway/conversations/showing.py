"""What the templates of messages ask for, wherever messages are shown."""

from typing import Any

from ..users import zone
from . import attachments, authors, offered
from .models import Conversation
from .queueing import HAPPENED
from .upload_routes import INLINE


def of(conversation: Conversation) -> dict[str, Any]:
    return {
        "elsewhere": authors.elsewhere,
        "word_for": attachments.word,
        "pictures": attachments.pictures(conversation),
        "place_of": attachments.place,
        "offer_word": offered.word,
        "inline": INLINE,
        "happened": HAPPENED,
        "zone": zone.viewers(),
    }
