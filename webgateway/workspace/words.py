"""What the rows of a desk say of a conversation's messages: unread ones, since when somebody waits, the last
words."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, literal, or_, select
from sqlalchemy.orm import aliased

from ..conversations.models import Conversation, Message
from ..db import UTCDateTime, rows

LONG_AGO = literal(datetime(1970, 1, 1, tzinfo=UTC), UTCDateTime())
ANSWERS = ("agent", "page")


@dataclass(frozen=True)
class Words:
    """`unread` of the customer's; `since`: the customer waits for an answer; `author` of the last words,
    `asked`: the customer's own last ones."""

    unread: int
    since: datetime | None
    author: str | None
    asked: str


def of(conversation_ids: Collection[int]) -> dict[int, Words]:
    if not conversation_ids:
        return {}
    found = rows(_query(), {"conversations": list(conversation_ids)})
    return {row[0]: Words(row[1], row[2], row[3], row[4] or "") for row in found}


@cache
def _query() -> Any:
    """Made once: to make it costs more than to ask it."""
    asked: Any = bindparam("conversations", expanding=True)
    columns = (_unread(), _since(), _last(Message.author, said=True), _last(Message.text))
    return select(Conversation.id, *columns).where(Conversation.id.in_(asked))


def _unread() -> Any:
    """Those that came after the agent last looked."""
    new = or_(Conversation.agent_read_at.is_(None), Message.created_at > Conversation.agent_read_at)
    return _of_it(func.count()).where(Message.author == "customer", new).scalar_subquery()


def _since() -> Any:
    answer = aliased(Message)
    answered = (
        select(func.max(answer.occurred_at))
        .where(answer.conversation_id == Conversation.id, answer.author.in_(ANSWERS))
        .correlate(Conversation)
        .scalar_subquery()
    )
    later = Message.occurred_at > func.coalesce(answered, LONG_AGO)
    return _of_it(func.min(Message.occurred_at)).where(Message.author == "customer", later).scalar_subquery()


def _last(column: Any, said: bool = False) -> Any:
    """Of the customer's messages, or of all that were `said`."""
    who = Message.author != "note" if said else Message.author == "customer"
    newest = _of_it(column).where(who).order_by(Message.occurred_at.desc(), Message.id.desc())
    return newest.limit(1).scalar_subquery()


def _of_it(column: Any) -> Any:
    return select(column).where(Message.conversation_id == Conversation.id).correlate(Conversation)
