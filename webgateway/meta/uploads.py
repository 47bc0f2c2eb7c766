"""Files on their way to customers: kept at Meta first, then sent by the id they have there (contract 7.3).

Uploading twice gives two ids and the customer nothing, so it may be repeated; what is sent is a small message
like every other.
"""

from typing import Any

from .errors import GraphError, Unreachable
from .graph import Graph
from .media import ascii_name
from .values import id_of

PATIENCE = 60.0
"""Seconds to wait for Meta to take a file in."""
UNKNOWN = 2018074
"""Meta's subcode for an id that it does not know, or no longer."""


def upload(
    graph: Graph, page_id: str, token: str, channel: str, kind: str, name: str, mime_type: str, content: bytes
) -> str:
    """The id that Meta gives it; only this page can send it. A GraphError of a failed one never means that a
    customer has it."""
    attachment = {"type": kind, "payload": {"is_reusable": True}}
    try:
        answer = graph.post_file(
            f"{page_id}/message_attachments",
            token,
            {"platform": channel, "message": {"attachment": attachment}},
            (ascii_name(name) if channel == "instagram" else name, mime_type, content),
            patience=PATIENCE,
        )
    except GraphError as error:
        error.sent_unclear = False
        raise
    attachment_id = id_of(answer.get("attachment_id"))
    if attachment_id is None:
        raise Unreachable("Meta's answer names no attachment.")
    return attachment_id


def attachment(channel: str, kind: str, attachment_id: str) -> dict[str, Any]:
    """The message that sends it: Instagram has words of its own."""
    if channel == "instagram":
        return {"attachment": {"type": "MEDIA_SHARE", "payload": {"id": attachment_id}}}
    return {"attachment": {"type": kind, "payload": {"attachment_id": attachment_id}}}
