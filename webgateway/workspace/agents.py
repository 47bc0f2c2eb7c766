"""Agents at work: their state, and that their workspace is open."""

from collections.abc import Collection

from sqlalchemy import select, update

from ..db import db, utcnow
from ..queues.models import Agent
from ..users.models import User

STATES = {"ready": "Ready", "not_ready": "Not ready"}


def of(user: User) -> Agent:
    """Made when they come for the first time."""
    found = db.session.scalar(select(Agent).where(Agent.user_id == user.id))
    if found is None:
        found = Agent(tenant_id=user.tenant_id, user_id=user.id, state="not_ready", most=4, state_at=utcnow())
        db.session.add(found)
        db.session.flush()
    return found


def set_state(agent: Agent, state: str, reason: str | None = None) -> None:
    if agent.state != state:
        agent.state_at = utcnow()
        agent.idle_since = utcnow() if state == "ready" else None
    agent.state, agent.state_reason = state, reason or None


def seen(user_ids: Collection[int]) -> None:
    """Their workspaces are open now."""
    db.session.execute(update(Agent).where(Agent.user_id.in_(user_ids)).values(seen_at=utcnow()))
