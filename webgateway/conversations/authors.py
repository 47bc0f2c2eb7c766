"""Who wrote for the page outside of here: contract 6.6."""

from ..meta.thread_control import INBOXES
from .models import Message

ANOTHER_APP, OUTSIDE = "Another app", "Outside of here"


def elsewhere(message: Message) -> str:
    where = inbox(message.app_id, message.conversation.channel)
    return {ANOTHER_APP: "Answered by another app", OUTSIDE: "Answered outside of here"}.get(
        where, f"Answered in {where}"
    )


def inbox(app_id: str | None, channel: str) -> str:
    """Instagram's echoes name no app; one without is of Instagram's own app, or nobody knows whose."""
    if app_id in INBOXES.values():
        return "Meta's inbox"
    if app_id is None:
        return "Instagram" if channel == "instagram" else OUTSIDE
    return ANOTHER_APP
