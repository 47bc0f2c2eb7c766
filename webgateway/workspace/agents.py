"""Agents at work: their state, whether their workspace is open, how much they have to do."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import g
from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ..conversations import offers
from ..conversations.loads import load as load
from ..conversations.loads import loads as loads
from ..conversations.models import Conversation
from ..conversations.queueing import SEEN_LATELY as SEEN_LATELY
from ..db import db, only_reads, utcnow, writes
from ..queues.models import Agent
from ..users.models import User
from ..waking import wake

FEWEST, LARGEST = 1, 50
"""Conversations that an agent may have at the same time."""
STATES = {"ready": "Ready", "not_ready": "Not ready"}
NOTED = timedelta(seconds=15)
"""How often a sign of life is written down."""
MISSED, LEFT = "Missed a call", "Workspace closed"


def of(user: User) -> Agent:
    """Made at first use, not ready."""
    agent = _find(user)
    if agent is None:
        with _writing():
            _make(user)
        agent = _find(user)
        assert agent is not None
    return agent


def set_state(agent: Agent, state: str, reason: str | None = None) -> None:
    """Ready or not_ready. Who is not ready has nothing ringing: it goes on to the next."""
    if state != "ready":
        offers.stop([agent.user_id], "declined")
    locked = select(Agent).where(Agent.id == agent.id).with_for_update(key_share=True)
    db.session.scalar(locked.execution_options(populate_existing=True))
    _change(agent, state, reason)
    wake(Conversation.__tablename__)


def make_not_ready(user_ids: Sequence[int], reason: str) -> None:
    """Several at once; who is locked by somebody else is left for the next time."""
    offers.stop(user_ids, "expired", skip_locked=True)
    ready = select(Agent).where(Agent.user_id.in_(user_ids), Agent.state == "ready")
    locked = ready.with_for_update(key_share=True, skip_locked=True)
    for agent in db.session.scalars(locked.execution_options(populate_existing=True)):
        _change(agent, "not_ready", reason)


def seen(agent: Agent) -> None:
    """Their workspace asked for news. Written down every 15 s at most, and then committed."""
    now = utcnow()
    if agent.seen_at is not None and agent.seen_at > now - NOTED:
        return
    due = or_(Agent.seen_at.is_(None), Agent.seen_at <= now - NOTED)
    with _writing():
        db.session.execute(update(Agent).where(Agent.id == agent.id, due).values(seen_at=now))
    db.session.commit()


def is_here(agent: Agent) -> bool:
    """Whether their workspace is open."""
    return agent.seen_at is not None and agent.seen_at > utcnow() - SEEN_LATELY


def _change(agent: Agent, state: str, reason: str | None) -> None:
    now = utcnow()
    if agent.state != state:
        agent.state_at = now
        agent.idle_since = now if state == "ready" else agent.idle_since
    agent.state, agent.state_reason = state, reason
    if state == "ready":
        agent.seen_at = now


def _find(user: User) -> Agent | None:
    return db.session.scalar(select(Agent).where(Agent.user_id == user.id))


def _make(user: User) -> None:
    """Nothing when another request of theirs was quicker."""
    insert: Any = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    new = {"tenant_id": user.tenant_id, "user_id": user.id}
    db.session.execute(insert(Agent).values(new).on_conflict_do_nothing(index_elements=["user_id"]))


@contextmanager
def _writing() -> Iterator[None]:
    """Where one only reads: in a transaction of its own, committed at once."""
    if not only_reads():
        yield
        return
    writes()
    try:
        yield
        db.session.commit()
    finally:
        g.reading = True
