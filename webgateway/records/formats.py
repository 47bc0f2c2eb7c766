"""Conversations with their messages as CSV and JSON, in pieces: no more is held than one piece."""

import csv
import io
from collections.abc import Callable, Generator, Iterator
from typing import Any

import msgspec

Conversations = Iterator[dict[str, Any]]
Cut = Callable[[], str | None]
"""Asked at the end: why there is no more in it, where there would be."""

BOM = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
OF_CONVERSATION = (
    *("conversation", "gateway", "page", "channel", "customer", "username", "email", "phone", "opened_at"),
    *("closed_at", "ended", "closed_by", "closing_reason", "flow", "flow_version", "queue", "agent"),
    *("waited_seconds", "first_answer_seconds", "lasted_seconds", "offline"),
)
OF_MESSAGE = ("at", "author", "name", "kind", "text", "attachments", "state")


def as_csv(conversations: Conversations, cut: Cut = lambda: None) -> Generator[str]:
    """A line for each message, its conversation's columns before it; one for a conversation without any."""
    yield BOM + csv_lines([[*OF_CONVERSATION, *OF_MESSAGE]])
    for talk in conversations:
        before = [cell(talk[name]) for name in OF_CONVERSATION]
        messages = talk["messages"] or [dict.fromkeys(OF_MESSAGE)]
        yield csv_lines([[*before, *(cell(message[name]) for name in OF_MESSAGE)] for message in messages])
    if words := cut():
        yield csv_lines([[words]])


def as_json(conversations: Conversations, cut: Cut = lambda: None, **head: Any) -> Generator[str]:
    opening = msgspec.json.encode(head).decode()[:-1]
    yield f'{opening}{"," if head else ""}"conversations":['
    for number, talk in enumerate(conversations):
        yield (",\n" if number else "\n") + msgspec.json.encode(talk).decode()
    yield f'\n],"cut":{msgspec.json.encode(cut()).decode()}}}\n'


def csv_lines(lines: list[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue()


def cell(value: Any) -> Any:
    """What a customer wrote must not be calculated by whoever opens the file."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = "; ".join(value)
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA):
        return f"'{value}"
    return value
