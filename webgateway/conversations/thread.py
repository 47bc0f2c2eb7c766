"""The newest messages of a conversation, in time order, cut into days."""

from collections.abc import Collection
from datetime import date
from functools import cache
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, literal, select, tuple_, union_all
from sqlalchemy.orm import aliased, joinedload, selectinload

from ..db import db
from ..digests import digest
from . import edits, offered, pace, reactions
from .models import Conversation, Message, Part, Wording

STEP = 30
MOST = 5000


class Thread:
    def __init__(self, conversation: Conversation, shown: int = STEP) -> None:
        self.conversation = conversation
        self.shown = min(max(shown, STEP), MOST)
        newest = list(
            db.session.scalars(
                select(Message)
                .where(Message.conversation_id == conversation.id)
                .order_by(Message.occurred_at.desc(), Message.id.desc())
                .limit(self.shown + 1)
                .options(
                    selectinload(Message.parts).joinedload(Part.upload),
                    joinedload(Message.user),
                    joinedload(Message.comment),
                )
            )
        )
        self.earlier = self.shown + STEP if len(newest) > self.shown < MOST else None
        self.messages = newest[: self.shown][::-1]
        self.newest_heard = next((one.id for one in newest if one.from_customer), None)
        self.first_id = self.messages[0].id if self.messages else None
        self.pressed = offered.pressed(self.messages)
        self._signs = reactions.to(self.messages, conversation)
        self._earlier = edits.of(self.messages, conversation)

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


def length_from(conversation: Conversation, message_id: int) -> int:
    """How many messages there are from this one on, so that it stays in sight when new ones come."""
    first = aliased(Message)
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Message)
            .join(first, first.conversation_id == Message.conversation_id)
            .where(first.id == message_id, Message.conversation_id == conversation.id)
            .where(tuple_(Message.occurred_at, Message.id) >= tuple_(first.occurred_at, first.id))
        )
        or 0
    )


def token(conversation: Conversation) -> str:
    """Changes when a message comes or is changed, when a part's state or the pause it waits for does, when
    the contact gets a name or picture, or when the conversation ends or changes hands."""
    return tokens([conversation])[conversation.id]


def tokens(conversations: Collection[Conversation]) -> dict[int, str]:
    """By id; the pages, gateways and contacts are best loaded with them."""
    asked = {"conversations": [conversation.id for conversation in conversations]}
    counts: dict[int | None, list[tuple[Any, ...]]] = {}
    for conversation_id, *counted in db.session.execute(_counted(), asked):
        counts.setdefault(conversation_id, []).append(tuple(counted))
    return {one.id: _digest(one, sorted(counts.get(one.id, []))) for one in conversations}


MESSAGES = "messages"
ASKED: Any = bindparam("conversations", expanding=True)


@cache
def _counted() -> Any:
    """Of the messages, and of the parts in each state."""
    count, last = func.count(), func.max(Message.id)
    messages = select(Message.conversation_id, literal(MESSAGES), count, last, literal(0))
    of_parts = (count, func.sum(Part.id), func.sum(Part.attempts))
    parts = select(Part.conversation_id, Part.state, *of_parts).where(Part.conversation_id.in_(ASKED))
    return union_all(
        messages.where(Message.conversation_id.in_(ASKED)).group_by(Message.conversation_id),
        parts.group_by(Part.conversation_id, Part.state),
    )


def _digest(conversation: Conversation, counts: list[tuple[Any, ...]]) -> str:
    contact = conversation.contact
    waits = any(state == "waiting" for state, *_ in counts)
    return digest(
        counts,
        conversation.changes,
        pace.paused_until(conversation.page) if waits else None,
        contact.name,
        contact.username,
        contact.picture_url,
        conversation.closed_at,
        conversation.owner_app_id,
        conversation.queue_id,
        conversation.agent_id,
    )
