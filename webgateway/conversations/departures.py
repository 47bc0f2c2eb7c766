"""What an agent who answers no longer had in hand waits for somebody else."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from ..db import db, utcnow
from ..queues.models import Agent
from ..users import departure
from . import offers, queueing
from .models import Conversation

REASON = "No longer an agent"
WAITS = "This conversation waits for somebody else."


def listen() -> None:
    departure.departing.connect(take_back)


def take_back(user_ids: Sequence[int]) -> None:
    """In the caller's transaction."""
    db.session.flush()
    offers.stop(user_ids, "withdrawn")
    theirs = select(Conversation).where(Conversation.agent_id.in_(user_ids), Conversation.closed_at.is_(None))
    options = selectinload(Conversation.agent), selectinload(Conversation.queue)
    locked = theirs.order_by(Conversation.id).options(*options).with_for_update(key_share=True)
    talks = db.session.scalars(locked.execution_options(populate_existing=True)).all()
    for talk in talks:
        assert talk.agent is not None
        queueing.tell(talk, "queued", f"{talk.agent.display_name} is no longer here. {WAITS}")
    if talks:
        queueing.release(*talks)
    at_work = update(Agent).where(Agent.user_id.in_(user_ids), Agent.state != "not_ready")
    db.session.execute(at_work.values(state="not_ready", state_reason=REASON, state_at=utcnow()))
