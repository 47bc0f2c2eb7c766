"""A page of the conversations that fit a search, whatever the tables hold.

They come by the time they were opened, after a place. No more than LOOKED are compared for one page, and no
more than WALKED steps made for words; `Found.until` says how far that was.

Words that are often said are found by walking: through the conversations in their order, asking the index
which of some hold them. If that does not soon fill a page the words are rare, and all messages with them are
fetched. Words that were said more than HITS times and seldom lately are walked after.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, repeat
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from ..conversations.models import Conversation, Message
from ..db import db
from . import index
from .search import OLDEST, Search

Place = tuple[datetime, int]
Conditions = list[ColumnElement[bool]]

LOOKED = 10_000
STEPS = (100, 400)
WALKED = 12
"""Steps of the walk, of which all after the first are as long as the second."""
HITS = 2_000


@dataclass(frozen=True)
class Found:
    """`places`: opened_at and id of each, in order. `until`: after this place more may fit."""

    places: list[Place]
    until: Place | None = None


def find(search: Search, limit: int, after: Place | None) -> Found:
    bound = _bound(search, after)
    within = [*_fitting(search), *_between(search, after, bound)]
    if search.words:
        return _with_words(search, limit, within, bound)
    return _cut(_places(search, within, limit + 1), limit, bound)


def _with_words(search: Search, limit: int, within: Conditions, bound: Place | None) -> Found:
    found: list[Place] = []
    for step, (some, last) in enumerate(_walk(search, within), 1):
        found += some
        if len(found) > limit or last is None:
            return _cut(found, limit, bound)
        if step == len(STEPS):
            conversations = _of_all_hits(search)
            if conversations is not None:
                rest = [*_fitting(search), *_between(search, last, None)]
                rest.append(Conversation.id.in_(conversations))
                return _cut(found + _places(search, rest, limit + 1), limit, None)
        if step == WALKED:
            return Found(found, last)
    raise AssertionError("the walk ends with nothing left")


def _walk(search: Search, within: Conditions) -> Iterator[tuple[list[Place], Place | None]]:
    """Of each step the places with the words, and the last place, if it did not come to the end."""
    last: Place | None = None
    for size in chain(STEPS, repeat(STEPS[-1])):
        here = _places(search, [*within, *_between(search, last, None)], size)
        last = here[-1] if len(here) == size else None
        yield _holding(search, here), last
        if last is None:
            return


def _holding(search: Search, places: list[Place]) -> list[Place]:
    if not places:
        return []
    messages = index.in_conversations([record_id for _, record_id in places], search.words)
    talks = select(Message.conversation_id).where(Message.id.in_(messages)).distinct()
    holding = set(db.session.scalars(talks))
    return [place for place in places if place[1] in holding]


def _of_all_hits(search: Search) -> set[int] | None:
    """None: there are too many."""
    messages = index.of_tenant(search.tenant_id, search.words).limit(HITS + 1).subquery()
    talks = db.session.scalars(
        select(Message.conversation_id).join(messages, Message.id == messages.c[0])
    ).all()
    return {talk for talk in talks if talk is not None} if len(talks) <= HITS else None


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


def _cut(places: list[Place], limit: int, until: Place | None) -> Found:
    return Found(places[:limit], places[limit - 1]) if len(places) > limit else Found(places, until)
