"""Answers offered as buttons: what Meta takes of them, and how (contract 7.2)."""

from collections.abc import Mapping, Sequence
from typing import Any

import regex  # type: ignore[import-untyped]

MOST = 13
TITLE = 20
"""Characters; Meta cuts longer ones off."""
PAYLOAD = 1000
KINDS = {
    "messenger": {"text": "text", "email": "user_email", "phone": "user_phone_number"},
    "instagram": {"text": "text", "email": "user_email", "phone": "user_phone_number"},
}
"""Ours and Meta's, by channel. The two that ask for what stands in the person's profile are shown only to
whom has it there; on Instagram none are shown on a desktop."""

QuickReplies = Sequence[Mapping[str, Any]]
"""[{"type": "text", "title", "payload"}], or of type email or phone with nothing else."""

_GRAPHEME = regex.compile(r"\X")


def problems(replies: QuickReplies) -> list[str]:
    """What Meta would refuse, in words for whoever wrote them."""
    found = []
    if len(replies) > MOST:
        found.append(f"There are {len(replies)} quick replies; Meta takes {MOST} at most.")
    for number, reply in enumerate(replies, start=1):
        wrong = _problem(reply)
        if wrong:
            found.append(f"Quick reply {number} {wrong}.")
    return found


def _problem(reply: Mapping[str, Any]) -> str | None:
    kind, title, payload = reply.get("type"), reply.get("title") or "", reply.get("payload") or ""
    if kind not in KINDS["messenger"]:
        return "is neither text, email nor phone"
    if kind != "text":
        return "takes its words from Meta: leave title and payload out" if title or payload else None
    if not title.strip():
        return "has no title"
    if len(title) > TITLE:
        return f"has a title of {len(title)} characters; Meta shows {TITLE}"
    return (
        f"has a payload of {len(payload):,} characters; Meta takes {PAYLOAD:,}"
        if len(payload) > PAYLOAD
        else None
    )


def fitted(replies: QuickReplies) -> list[dict[str, Any]]:
    """With titles that were filled in from a template shortened; ValueError for what cannot be mended."""
    short = [
        {**reply, **({"title": _short(reply["title"])} if reply.get("title") else {})} for reply in replies
    ]
    if found := problems(short):
        raise ValueError(" ".join(found))
    return short


def _short(title: str) -> str:
    """Whole letters, with an ellipsis for those left out."""
    if len(title) <= TITLE:
        return title
    kept = ""
    for letter in _GRAPHEME.finditer(title):
        if len(kept) + len(letter[0]) > TITLE - 1:
            break
        kept += letter[0]
    return kept.rstrip() + "…"


def wire(replies: QuickReplies | None, channel: str) -> list[dict[str, str]]:
    """As Meta wants them. What the channel lacks is left out: the text asks all the same."""
    kinds = KINDS[channel]
    return [_one(reply, kinds[reply["type"]]) for reply in replies or () if reply["type"] in kinds]


def _one(reply: Mapping[str, Any], content_type: str) -> dict[str, str]:
    if content_type != "text":
        return {"content_type": content_type}
    return {
        "content_type": "text",
        "title": reply["title"],
        "payload": reply.get("payload") or reply["title"],
    }
