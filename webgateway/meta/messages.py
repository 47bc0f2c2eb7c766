"""Sending: limits, parts of a text, the window (contract 7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import regex  # type: ignore[import-untyped]

from .errors import Unreachable
from .graph import Graph

Channel = Literal["messenger", "instagram"]

WINDOW = timedelta(hours=24)
HUMAN_AGENT = timedelta(days=7)
PRIVATE_REPLY = timedelta(days=7)
"""How long a comment may be answered in private, once; during a live broadcast only while it runs."""
PRIVATE_REPLIES_PER_HOUR = 750
"""Of one page: contract 7.6."""
MARGIN = timedelta(minutes=1)
"""Meta's clock decides, and a message needs time to get there."""


@dataclass(frozen=True)
class Limits:
    text_max: int
    unit: Literal["characters", "bytes"]
    metadata: int = 1000

    def size(self, text: str) -> int:
        """Of `text`, in the unit of `text_max`."""
        return len(text) if self.unit == "characters" else len(text.encode("utf-8", "surrogatepass"))


LIMITS = {"messenger": Limits(2000, "characters"), "instagram": Limits(1000, "bytes")}


@dataclass(frozen=True)
class Sent:
    recipient_id: str | None
    message_id: str
    """The `mid` its echo will carry."""


# Best first. A paragraph or sentence is worth a shorter part only in the second half of the room.
_CUTS = (
    (regex.compile(r"\n\s*\n\s*"), 0.5),
    (regex.compile(r"\n\s*|(?<=[.!?…\u3002\uff01\uff1f]['\"”»)]?)\s+"), 0.5),
    (regex.compile(r"\s+"), 0),
)
_GRAPHEME = regex.compile(r"\X")


def split(text: str, channel: str) -> list[str]:
    """Parts Meta takes, in order. Only whitespace at a cut is lost; nothing but whitespace gives no part."""
    limits = LIMITS[channel]
    parts = []
    rest = text if text.strip() else ""
    while limits.size(rest) > limits.text_max:
        room = _room(rest, limits)
        end = _cut(rest[: room + 1] if rest[room].isspace() else rest[:room])
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [part for part in (*parts, rest) if part]


def _room(text: str, limits: Limits) -> int:
    """How many code points fit, whole graphemes where one grapheme alone fits."""
    end: int = 0
    size = 0
    for grapheme in _GRAPHEME.finditer(text):
        size += limits.size(grapheme[0])
        if size > limits.text_max:
            break
        end = grapheme.end()
    if end:
        return end
    while limits.size(text[: end + 1]) <= limits.text_max:
        end += 1
    return end


def _cut(head: str) -> int:
    """Where to end a part that may not be longer than `head`."""
    for pattern, least in _CUTS:
        ends: list[int] = [
            match.end() for match in pattern.finditer(head) if match.start() > len(head) * least
        ]
        if ends:
            return ends[-1]
    return len(head)


def send(
    graph: Graph,
    page_id: str,
    token: str,
    recipient_id: str,
    content: Mapping[str, Any],
    metadata: str | None = None,
    human_agent: bool = False,
) -> Sent:
    """`content`: text or attachment, and quick_replies, as Meta has them. `metadata` comes back in the echo.
    `human_agent`: a person answers after the 24 hours (contract 7.4). A GraphError with `sent_unclear` may
    have sent it (contract 7.7)."""
    body: dict[str, Any] = {
        "recipient": {"id": recipient_id},
        "messaging_type": "MESSAGE_TAG" if human_agent else "RESPONSE",
        "message": {**content, **({"metadata": metadata} if metadata else {})},
    }
    if human_agent:
        body["tag"] = "HUMAN_AGENT"
    return _send(graph, page_id, token, body)


def send_private_reply(
    graph: Graph, page_id: str, token: str, comment_id: str, text: str, metadata: str
) -> Sent:
    """One to each comment, and no window fields: contract 7.4. Raises as `send` does; `recipient_id` is
    who wrote the comment, as the page's conversations know them."""
    message = {"text": text, "metadata": metadata}
    return _send(graph, page_id, token, {"recipient": {"comment_id": comment_id}, "message": message})


def _send(graph: Graph, page_id: str, token: str, body: dict[str, Any]) -> Sent:
    answer = graph.post(f"{page_id}/messages", token, json=body)
    if not answer.get("message_id"):
        raise Unreachable("Meta's answer names no message.", sent_unclear=True)
    recipient = answer.get("recipient_id")
    return Sent(str(recipient) if recipient else None, str(answer["message_id"]))


def window(last_customer_at: datetime | None, now: datetime) -> Literal["open", "human_agent", "closed"]:
    """What Meta allows now: any reply, only a person's (tag HUMAN_AGENT), or nothing (contract 7.4)."""
    if last_customer_at is None:
        return "closed"
    passed = now - last_customer_at + MARGIN
    if passed < WINDOW:
        return "open"
    return "human_agent" if passed < HUMAN_AGENT else "closed"
