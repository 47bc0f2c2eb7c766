"""How much agents have to do, and whether there is room for one more."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select, union_all

from ..db import db, rows
from ..queues.models import Agent
from ..users.models import User
from ..views import count
from .models import Conversation
from .offers import RINGING, Offer

MOST: int = Agent.__table__.c.most.default.arg  # type: ignore[union-attr]
"""What who was never an agent begins with."""


def load(user: User) -> int:
    """Open conversations of theirs and those that ring."""
    return loads([user.id]).get(user.id, 0)


def loads(user_ids: Sequence[int]) -> dict[int, int]:
    """The same of several, by their id; who has none is not in it. One query."""
    found: dict[int, int] = {}
    for user_id, number in rows(_numbers(), {"users": list(user_ids)}):
        found[user_id] = found.get(user_id, 0) + number
    return found


@cache
def _numbers() -> Any:
    """By user, in a query that is made once."""
    asked: Any = bindparam("users", expanding=True)
    whose: tuple[Any, ...] = (
        (Conversation.agent_id, Conversation.closed_at.is_(None)),
        (Offer.user_id, RINGING),
    )
    each = (select(by, func.count()).where(by.in_(asked), counts).group_by(by) for by, counts in whose)
    return union_all(*each)


def full(user: User) -> str | None:
    """Why they get no more, in words. The agent is locked, so that who takes two at once does not get more
    than they may."""
    locked = select(Agent.most).where(Agent.user_id == user.id).with_for_update(key_share=True)
    most = db.session.scalar(locked) or MOST
    if load(user) < most:
        return None
    return f"You have {count(most, 'conversation')}, as many as you take at the same time. Close one first."
