"""What a customer sees beside messages: that the page is typing, that it has read (contract 7.3).

Instagram takes the same three. Typing ends at Meta after about 20 seconds, and with the next message.
"""

from typing import Literal

from .graph import Graph

Action = Literal["typing_on", "typing_off", "mark_seen"]
TYPING_LASTS = 20
"""Seconds."""


def show(graph: Graph, page_id: str, token: str, recipient_id: str, action: Action) -> None:
    """Raises GraphError; nothing of it can harm a message."""
    body = {"recipient": {"id": recipient_id}, "sender_action": action}
    graph.post(f"{page_id}/messages", token, json=body)
