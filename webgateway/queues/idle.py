"""Since when agents have been without a new conversation: what the rule longest idle goes by."""

from sqlalchemy import update

from ..db import db, utcnow
from .models import Agent


def from_now(*user_ids: int | None) -> None:
    """They got one, or one of theirs ended. Whoever is no agent is passed over."""
    theirs = update(Agent).where(Agent.user_id.in_([user_id for user_id in user_ids if user_id]))
    db.session.execute(theirs.values(idle_since=utcnow()))
