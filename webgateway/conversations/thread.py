"""The newest messages of a conversation, in time order, cut into days."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, bindparam, exists, func, select, tuple_
from sqlalchemy.orm import aliased, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from ..db import db
from ..users.models import User
from . import edits, offered, reactions
from .comments import Comment
from .models import Conversation, Message, Part, Reaction, Wording
from .uploads import Upload

STEP = 30
MOST = 5000


class Thread:
    """`whole`: nothing was said before."""

    def __init__(self, conversation: Conversation, shown: int = STEP) -> None:
        self.conversation = conversation
        self.shown = min(max(shown, STEP), MOST)
        asked = {"conversation": conversation.id, "contact": conversation.contact_id, "most": self.shown + 1}
        found = db.session.execute(_newest(), asked).all()
        newest = [row[0] for row in found]
        self.whole = len(newest) <= self.shown
        self.earlier = self.shown + STEP if len(newest) > self.shown < MOST else None
        self.messages = newest[: self.shown][::-1]
        _bring_parts(self.messages)
        self.newest_heard = next((one.id for one in newest if one.from_customer), None)
        self.first_id = self.messages[0].id if self.messages else None
        self.pressed = offered.pressed(self.messages)
        self._signs = reactions.to(self.messages, conversation) if found and found[0].reacted else {}
        self._earlier = edits.of(self.messages, conversation) if found and found[0].edited else {}

    def signs(self, message: Message) -> list[str]:
        """How the customer reacted."""
        return self._signs.get(message.id, []) if message.kind != "withdrawn" else []

    def earlier_wordings(self, message: Message) -> list[Wording]:
        """Of one that was edited."""
        return self._earlier.get(message.mid or "", [])

    def days(self, zone: ZoneInfo) -> list[tuple[date, list[Message]]]:
        """The messages by the day they happened on where the viewer is."""
        by_day = groupby(self.messages, lambda message: message.occurred_at.astimezone(zone).date())
        return [(day, list(messages)) for day, messages in by_day]


@cache
def _newest() -> Any:
    """With whether the customer ever reacted to a message or edited one: few do. Made once: to make it costs
    more than to ask it."""
    contact: Any = bindparam("contact")
    reacted, edited = (exists().where(kind.contact_id == contact) for kind in (Reaction, Wording))
    return (
        select(Message, reacted.label("reacted"), edited.label("edited"))
        .where(Message.conversation_id == bindparam("conversation"))
        .order_by(Message.occurred_at.desc(), Message.id.desc())
        .limit(bindparam("most", type_=Integer()))
        .options(joinedload(Message.user).load_only(User.name, User.email))
    )


def _bring_parts(messages: Sequence[Message]) -> None:
    """And files and comments, which few have: only those are looked up. What SQLAlchemy loads by itself
    beside messages takes as long as all else about a thread."""
    parts: dict[int, list[Part]] = {message.id: [] for message in messages}
    asked = {"messages": [message.id for message in messages if not message.from_customer]}
    for part in db.session.scalars(_parts(), asked) if asked["messages"] else ():
        parts[part.message_id].append(part)
    for message in messages:
        set_committed_value(message, "parts", parts[message.id])
    _join([part for of_one in parts.values() for part in of_one], "upload", Upload)
    _join(messages, "comment", Comment)


@cache
def _parts() -> Any:
    asked: Any = bindparam("messages", expanding=True)
    return select(Part).where(Part.message_id.in_(asked)).order_by(Part.message_id, Part.position)


def _join(records: Collection[Any], name: str, kind: type[Upload] | type[Comment]) -> None:
    ids = {getattr(record, f"{name}_id") for record in records} - {None}
    found = {one.id: one for one in db.session.scalars(select(kind).where(kind.id.in_(ids)))} if ids else {}
    for record in records:
        set_committed_value(record, name, found.get(getattr(record, f"{name}_id")))


def length_from(conversation: Conversation, message_id: int) -> int:
    """How many messages there are from this one on, so that it stays in sight when new ones come."""
    asked = {"conversation": conversation.id, "first": message_id}
    return db.session.scalar(_from_one_on(), asked) or 0


@cache
def _from_one_on() -> Any:
    first = aliased(Message)
    return (
        select(func.count())
        .select_from(Message)
        .join(first, first.conversation_id == Message.conversation_id)
        .where(first.id == bindparam("first"), Message.conversation_id == bindparam("conversation"))
        .where(tuple_(Message.occurred_at, Message.id) >= tuple_(first.occurred_at, first.id))
    )
