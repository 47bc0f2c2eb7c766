"""To whom a conversation can go: the tenant's queues, and the colleagues who are ready."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..db import db, utcnow
from ..queues.models import Agent, Queue
from ..users.models import User
from .agents import SEEN_LATELY, loads

MOST = 200
"""Of each, by name."""


@dataclass(frozen=True)
class Colleague:
    """`open`: conversations they have now or that ring, of `most` at the same time."""

    user: User
    open: int
    most: int


class Targets:
    def __init__(self, user: User) -> None:
        self.user = user

    @cached_property
    def queues(self) -> Sequence[Queue]:
        named = Queue.of(self.user.tenant).order_by(Queue.general.desc(), Queue.name)
        return db.session.scalars(named.limit(MOST)).all()

    @cached_property
    def colleagues(self) -> list[Colleague]:
        here = Agent.seen_at > utcnow() - SEEN_LATELY
        query = (
            select(Agent)
            .join(Agent.user)
            .where(Agent.tenant_id == self.user.tenant_id, Agent.state == "ready", User.active)
            .where(Agent.user_id != self.user.id, here)
            .options(joinedload(Agent.user))
            .order_by(User.name, User.email)
            .limit(MOST)
        )
        ready = db.session.scalars(query).all()
        busy = loads([agent.user_id for agent in ready])
        return [Colleague(agent.user, busy.get(agent.user_id, 0), agent.most) for agent in ready]

    def chosen(self, to: str) -> tuple[Queue | None, User | None]:
        """`queue-3` or `agent-5`, as the dialog names them; neither for anything else."""
        queue = next((one for one in self.queues if to == f"queue-{one.id}"), None)
        agent = next((one.user for one in self.colleagues if to == f"agent-{one.user.id}"), None)
        return queue, agent
