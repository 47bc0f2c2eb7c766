"""Who wrote for the page outside of here: contract 6.6."""

from ..meta.thread_control import INBOXES
from .models import Message


def elsewhere(message: Message, short: bool = False) -> str:
    """Instagram's echoes name no app; one without is of Instagram's own app, or nobody knows whose."""
    where = "Another app" if message.app_id else "Outside of here"
    if message.app_id in INBOXES.values():
        where = "Meta's inbox"
    elif message.app_id is None and message.conversation.channel == "instagram":
        where = "Instagram"
    if short:
        return where
    return {"Another app": "Answered by another app", "Outside of here": "Answered outside of here"}.get(
        where, f"Answered in {where}"
    )
