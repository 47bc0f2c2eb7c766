"""A page of the conversations that fit a search, whatever the tables hold.

They come by the time they were opened, after a place. No more than LOOKED are compared for one page, and no
more than WALKED steps made for words; `Found.until` says how far that was.

Words that are often said are found by walking: through the conversations in their order, asking the index
which of some hold them. If that does not soon fill a page the words are rare, and all messages with them are
fetched. Words that were said more than HITS times and seldom lately are walked after.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from ..conversations.models import Conversation, Message
from ..db import db
from . import index
from .search import OLDEST, Search

Place = tuple[datetime, int]
Conditions = list[ColumnElement[bool]]

LOOKED = 10_000
STEP = 100
"""Conversations of which the index is asked at once: PostgreSQL compares each word with each of them."""
TRIED = 5
WALKED = 30
"""Steps of the walk before all messages with the words are fetched, and at most."""
HITS = 2_000


@dataclass(frozen=True)
class Found:
    """`places`: opened_at and id of each, in order. `until`: after this place more may fit. `hits`: of each
    the newest message with the words."""

    places: list[Place]
    until: Place | None = None
    hits: Mapping[int, int] = field(default_factory=dict)


def find(search: Search, limit: int, after: Place | None) -> Found:
    bound = _bound(search, after)
    within = [*_fitting(search), *_between(search, after, bound)]
    if search.words:
        return _with_words(search, limit, within, bound)
    return _cut(_places(search, within, limit + 1), limit, bound)


def _with_words(search: Search, limit: int, within: Conditions, bound: Place | None) -> Found:
    found: list[Place] = []
    hits: dict[int, int] = {}
    for step, (here, last) in enumerate(_walk(search, within), 1):
        hits |= _holding(search, here)
        found += [place for place in here if place[1] in hits]
        if len(found) > limit or last is None:
            return _cut(found, limit, bound, hits)
        if step == TRIED:
            all_hits = _of_all(search)
            if all_hits is not None:
                rest = [*_fitting(search), *_between(search, last, None)]
                rest.append(Conversation.id.in_(list(all_hits)))
                return _cut(found + _places(search, rest, limit + 1), limit, None, all_hits)
        if step == WALKED:
            return Found(found, last, hits)
    raise AssertionError("the walk ends with nothing left")


def _walk(search: Search, within: Conditions) -> Iterator[tuple[list[Place], Place | None]]:
    """Of each step the places, and the last of them, if it did not come to the end."""
    last: Place | None = None
    while True:
        here = _places(search, [*within, *_between(search, last, None)], STEP)
        last = here[-1] if len(here) == STEP else None
        yield here, last
        if last is None:
            return


def _holding(search: Search, places: list[Place]) -> dict[int, int]:
    if not places:
        return {}
    messages = index.in_conversations([record_id for _, record_id in places], search.words)
    newest = select(Message.conversation_id, func.max(Message.id)).where(Message.id.in_(messages))
    found = db.session.execute(newest.group_by(Message.conversation_id))
    return {talk_id: message_id for talk_id, message_id in found if talk_id is not None}


def _of_all(search: Search) -> dict[int, int] | None:
    """None: there are too many."""
    messages = index.of_tenant(search.tenant_id, search.words, HITS + 1).subquery()
    of_talks = select(Message.conversation_id, Message.id).join(messages, Message.id == messages.c[0])
    found = db.session.execute(of_talks.order_by(Message.id)).all()
    return {talk_id: message_id for talk_id, message_id in found if talk_id} if len(found) <= HITS else None


def _fitting(search: Search) -> Conditions:
    return [*search.driving, *search.compared]


def _between(search: Search, after: Place | None, bound: Place | None) -> Conditions:
    later = _beyond(search, after) if after else []
    return [*later, ~_beyond(search, bound)[1]] if bound else later


def _beyond(search: Search, place: Place) -> Conditions:
    """The first of them says nothing new, but is one that an index answers."""
    at, record_id = place
    opened_at, same = Conversation.opened_at, Conversation.opened_at == at
    if search.sort == OLDEST:
        return [opened_at >= at, or_(opened_at > at, same & (Conversation.id > record_id))]
    return [opened_at <= at, or_(opened_at < at, same & (Conversation.id < record_id))]


def _bound(search: Search, after: Place | None) -> Place | None:
    """Where to stop looking, when each has to be compared."""
    if not search.compared:
        return None
    within = [*search.driving, *_between(search, after, None)]
    return next(iter(_places(search, within, 1, LOOKED - 1)), None)


def _places(search: Search, conditions: Conditions, limit: int, offset: int = 0) -> list[Place]:
    query = select(Conversation.opened_at, Conversation.id).where(*conditions)
    query = query.order_by(*order(search)).limit(limit).offset(offset)
    return [(opened_at, record_id) for opened_at, record_id in db.session.execute(query)]


def order(search: Search) -> list[Any]:
    columns = (Conversation.opened_at, Conversation.id)
    return [column.asc() if search.sort == OLDEST else column.desc() for column in columns]


def _cut(
    places: list[Place], limit: int, until: Place | None, hits: Mapping[int, int] | None = None
) -> Found:
    more = places[limit - 1] if len(places) > limit else until
    return Found(places[:limit], more, hits or {})
