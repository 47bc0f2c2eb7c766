"""A list of records as it is shown: the page that the search asks for, with what stands in its columns."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, load_only

from ..conversations.models import Contact, Conversation, Message
from ..db import db
from ..pages.models import Page
from ..users.models import User
from . import finding
from .finding import Found
from .search import NEWEST, OLDEST, Search, place

SORTED = 1_000
"""The newest that fit; in another order than by time they are sorted among themselves."""
MARKS = 4


@dataclass(frozen=True)
class Record:
    """`said`: the newest message in which the words stand. `messages` counts no notes."""

    conversation: Conversation
    messages: int
    said: Message | None

    @property
    def answered_after(self) -> timedelta | None:
        return first_answer(self.conversation)

    @property
    def lasted(self) -> timedelta | None:
        talk = self.conversation
        return talk.closed_at - talk.opened_at if talk.closed_at else None


class Rows:
    def __init__(self, search: Search) -> None:
        self.search = search
        self.sorted = search.sort not in (NEWEST, OLDEST)
        if self.sorted:
            self.found = finding.find(search, SORTED, None)
            ids = _in_order(search, self.found)
            self.total = len(ids)
            self._ids = ids[search.skip : search.skip + search.size]
        else:
            self.found = finding.find(search, search.size, search.after)
            self._ids = [record_id for _, record_id in self.found.places]

    @cached_property
    def records(self) -> list[Record]:
        talks = conversations(self._ids)
        counts = count_messages(self._ids)
        hits = [self.found.hits[one] for one in self._ids if one in self.found.hits]
        said = _said(hits) if hits else {}
        return [Record(talks[one], counts.get(one, 0), said.get(one)) for one in self._ids if one in talks]

    def snippet(self, message: Message) -> list[tuple[str, bool]]:
        """What stands around the words that were looked for, each piece with whether it is one of them."""
        return around(self.search.words.pieces(message.text))

    @property
    def next_url(self) -> str | None:
        """Of the next page, or of further back."""
        if self.sorted:
            skip = self.search.skip + self.search.size
            return self.search.url(skip=skip) if skip < self.total else None
        return self.search.url(after=place(*self.found.until)) if self.found.until else None

    @property
    def first_url(self) -> str | None:
        return self.search.url() if self.search.after or self.search.skip else None

    @property
    def full(self) -> bool:
        """The page holds as many as it may; else it was not looked any further."""
        return self.sorted or len(self._ids) == self.search.size


def around(pieces: list[tuple[str, bool]], room: int = 80) -> list[tuple[str, bool]]:
    """The pieces with no more than `room` characters before the first mark, between two and after the last;
    of many marks the first."""
    marks = [number for number, (_, marked) in enumerate(pieces) if marked][:MARKS]
    if not marks:
        return [(pieces[0][0][: 2 * room], False)] if pieces else []
    shown = pieces[max(marks[0] - 1, 0) : marks[-1] + 2]
    return [(text if marked else _shortened(text, room, number, len(shown)), marked)
            for number, (text, marked) in enumerate(shown)]  # fmt: skip


def _shortened(text: str, room: int, number: int, total: int) -> str:
    if number == 0 and total > 1:
        return text if len(text) <= room else f"… {text[-room:]}"
    if number == total - 1:
        return text if len(text) <= room else f"{text[:room]} …"
    return text if len(text) <= 2 * room else f"{text[:room]} … {text[-room:]}"


def conversations(ids: list[int]) -> dict[int, Conversation]:
    """With what a list shows of each."""
    query = select(Conversation).where(Conversation.id.in_(ids))
    query = query.options(
        joinedload(Conversation.contact),
        joinedload(Conversation.page).load_only(Page.name),
        joinedload(Conversation.agent).load_only(User.name, User.email),
        joinedload(Conversation.closing_reason),
    )
    return {talk.id: talk for talk in db.session.scalars(query)}


def count_messages(ids: list[int]) -> dict[int, int]:
    query = select(Message.conversation_id, func.count()).where(Message.conversation_id.in_(ids))
    query = query.where(Message.author != "note").group_by(Message.conversation_id)
    return {conversation_id: count for conversation_id, count in db.session.execute(query) if conversation_id}


def first_answer(talk: Conversation) -> timedelta | None:
    return talk.answered_at - talk.opened_at if talk.answered_at else None


def _said(message_ids: list[int]) -> dict[int, Message]:
    """By conversation."""
    shown = (Message.conversation_id, Message.text, Message.author, Message.kind, Message.app_id)
    query = select(Message).where(Message.id.in_(message_ids))
    query = query.options(load_only(*shown), joinedload(Message.user).load_only(User.name, User.email))
    return {message.conversation_id or 0: message for message in db.session.scalars(query)}


def _in_order(search: Search, found: Found) -> list[int]:
    ids = [record_id for _, record_id in found.places]
    counts = count_messages(ids) if search.sort.endswith("messages") else {}
    query = (
        select(
            Conversation.id,
            Conversation.opened_at,
            Conversation.closed_at,
            Conversation.answered_at,
            Conversation.closed_how,
            Contact.name,
            Contact.username,
            Page.name.label("page"),
            User.name.label("agent"),
        )
        .join(Conversation.contact)
        .join(Conversation.page)
        .outerjoin(Conversation.agent)
        .where(Conversation.id.in_(ids))
    )
    keys: dict[str, Callable[[Any], Any]] = {
        "contact": lambda row: (row.name or row.username or "").lower() or None,
        "page": lambda row: row.page.lower(),
        "agent": lambda row: (row.agent or "").lower() or None,
        "answer": lambda row: row.answered_at and row.answered_at - row.opened_at,
        "duration": lambda row: row.closed_at and row.closed_at - row.opened_at,
        "messages": lambda row: counts.get(row.id, 0),
        "how": lambda row: row.closed_how,
    }
    key = keys[search.sort.removeprefix("-")]
    rows = [(key(row), row) for row in db.session.execute(query.order_by(*finding.order(search)))]
    known = sorted((one for one in rows if one[0] is not None), key=lambda one: one[0])
    if search.sort.startswith("-"):
        known.reverse()
    return [row.id for _, row in [*known, *(one for one in rows if one[0] is None)]]
