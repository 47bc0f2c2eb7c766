"""The end of a conversation."""

from ..db import utcnow
from ..users.models import User
from . import composer, writing
from .models import Conversation


def close(conversation: Conversation, user: User | None = None) -> None:
    """With the flow's closing message where one may still write. A second time changes nothing."""
    if not conversation.is_open:
        return
    flow = conversation.flow
    if flow is not None and flow.closing_message and composer.lock(conversation) is None:
        writing.write(conversation, flow.closing_message, "flow")
    conversation.closed_at = utcnow()
    conversation.closed_by = user
