"""What threads show, in a few letters each: when those are the same, nothing has changed."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache, cached_property
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, func, literal, select, union_all

from ..db import rows
from ..digests import digest
from ..gateways.models import Gateway
from ..pages.models import Page
from . import delivery, pace
from .models import Contact, Conversation, Message, Part
from .outcome import ARRIVED

ASKED: Any = bindparam("conversations", expanding=True)
NONE = literal(0)
SHOWN = (
    *(Conversation.id, Conversation.changes, Conversation.closed_at, Conversation.owner_app_id),
    *(Conversation.queue_id, Conversation.agent_id, Contact.name, Contact.username, Contact.picture_url),
)
PAUSES = (Page.sends_paused_until, Gateway.calls_paused_until)


class Shown(NamedTuple):
    """What a thread shows beside its messages, as SHOWN, and the PAUSES that what waits is told of."""

    facts: tuple[Any, ...]
    pauses: tuple[datetime | None, ...]

    @classmethod
    def of(cls, conversation: Conversation) -> "Shown":
        having: dict[Any, Any] = {Conversation: conversation, Contact: conversation.contact}
        having |= {Page: conversation.page, Gateway: conversation.page.gateway}
        facts, pauses = ([getattr(having[one.class_], one.key) for one in some] for some in (SHOWN, PAUSES))
        return cls(tuple(facts), tuple(pauses))

    @property
    def id(self) -> int:
        return int(self.facts[0])


class Tokens:
    """Of one thread. `counts`: how many messages there are, how many parts in each state, and how many of
    those belong to the newest message that was written here."""

    def __init__(self, shown: Shown, counts: Iterable[Row[Any]]) -> None:
        self.shown = shown
        by_place = sorted(tuple(row)[1:] for row in counts)
        self._all = [(state, *numbers) for message_id, state, *numbers in by_place if not message_id]
        self._newest = {state: numbers for message_id, state, *numbers in by_place if message_id}
        self._newest_id = by_place[-1][0] if by_place else 0

    @cached_property
    def all(self) -> str:
        """Changes when a message comes or is changed, when a part's state or the pause it waits for does,
        when the contact gets a name or picture, or when the conversation ends or changes hands."""
        return self._digest(self._all)

    @cached_property
    def news(self) -> str:
        """The same, but for how far the newest message has come while that is as usual: `sent` tells."""
        return self._digest(self._others if self._newest_is_as_usual else self._all)

    @property
    def sent(self) -> str:
        """The id of the newest message's element and a word for how far it has come; empty before that."""
        return f"message-{self._newest_id} {delivery.word(self._newest)}" if self._newest_arrived else ""

    @property
    def _newest_arrived(self) -> bool:
        return bool(self._newest) and self._newest.keys() <= set(ARRIVED)

    @property
    def _newest_is_as_usual(self) -> bool:
        """All of it waits for its first try, or all of it has arrived."""
        errors = sum(numbers[-1] for numbers in self._newest.values())
        return self._newest_arrived or (self._newest.keys() == {"waiting"} and not errors)

    @property
    def _others(self) -> list[tuple[Any, ...]]:
        """The counts without the newest message's parts."""
        others = []
        for state, *numbers in self._all:
            left = [n - m for n, m in zip(numbers, self._newest.get(state, [0] * len(numbers)), strict=True)]
            if left[0]:
                others.append((state, *left))
        return others

    def _digest(self, counts: Sequence[tuple[Any, ...]]) -> str:
        waits = any(state == "waiting" for state, *_ in self._all)
        return digest(counts, self.shown.facts, pace.last(self.shown.pauses) if waits else None)


def of(conversation: Conversation) -> Tokens:
    return of_all([Shown.of(conversation)])[conversation.id]


def of_all(conversations: Collection[Shown]) -> dict[int, Tokens]:
    """By id."""
    asked = {"conversations": [conversation.id for conversation in conversations]}
    counts: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows(_counted(), asked):
        counts[row[0]].append(row)
    return {one.id: Tokens(one, counts[one.id]) for one in conversations}


@cache
def _counted() -> Any:
    """By conversation: of the messages, of the parts in each state, and of those of the newest message."""
    messages = (Message.conversation_id, NONE, literal("messages"), func.count(), func.max(Message.id))
    of_parts = (func.count(), func.sum(Part.id), func.sum(Part.attempts), func.count(Part.error))
    theirs = Part.conversation_id.in_(ASKED)
    newest = select(func.max(Part.message_id)).where(theirs).group_by(Part.conversation_id)
    place = (Part.conversation_id, Part.message_id, Part.state)
    return union_all(
        select(*messages, NONE, NONE)
        .where(Message.conversation_id.in_(ASKED))
        .group_by(Message.conversation_id),
        select(Part.conversation_id, NONE, Part.state, *of_parts).where(theirs).group_by(place[0], place[2]),
        select(*place, *of_parts).where(theirs, Part.message_id.in_(newest)).group_by(*place),
    )
