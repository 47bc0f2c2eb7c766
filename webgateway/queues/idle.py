"""Since when agents have been without a new conversation: what the rule longest idle goes by."""

from functools import cache
from typing import Any

from sqlalchemy import bindparam, update

from ..db import NOW, db, utcnow
from .models import Agent


def from_now(*user_ids: int | None) -> None:
    """They got one, or one of theirs ended. Whoever is no agent is passed over."""
    theirs = [user_id for user_id in user_ids if user_id]
    if theirs:
        db.session.connection().execute(_theirs(), {"users": theirs, "now": utcnow()})


@cache
def _theirs() -> Any:
    """Of the table, and made once: the session neither looks for agents that it would have to change, too,
    nor writes before its time."""
    agents: Any = Agent.__table__
    those = agents.c.user_id.in_(bindparam("users", expanding=True))
    return update(agents).where(those).values(idle_since=NOW)
