"""To whom a conversation can go: the tenant's queues, and the colleagues who are ready."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from ..conversations.models import Conversation
from ..db import db
from ..queues.models import Agent, Queue
from ..users.models import User

MOST = 200
"""Of each, by name."""


@dataclass(frozen=True)
class Colleague:
    """`open`: conversations they have now, of `most` at the same time."""

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
        ready = (
            select(Agent)
            .join(Agent.user)
            .where(Agent.tenant_id == self.user.tenant_id, Agent.state == "ready", User.active)
            .where(Agent.user_id != self.user.id)
            .options(joinedload(Agent.user))
            .order_by(User.name, User.email)
            .limit(MOST)
        )
        agents = db.session.scalars(ready).all()
        busy = self._busy([agent.user_id for agent in agents])
        return [Colleague(agent.user, busy.get(agent.user_id, 0), agent.most) for agent in agents]

    def chosen(self, to: str) -> Queue | Colleague | None:
        """`queue-3` or `agent-5`, as the dialog names them."""
        kind, _, number = to.partition("-")
        if kind == "queue":
            return next((queue for queue in self.queues if str(queue.id) == number), None)
        return next((one for one in self.colleagues if to == f"agent-{one.user.id}"), None)

    def _busy(self, user_ids: Sequence[int]) -> dict[int | None, int]:
        theirs = Conversation.agent_id.in_(user_ids), Conversation.closed_at.is_(None)
        counted = select(Conversation.agent_id, func.count()).where(*theirs).group_by(Conversation.agent_id)
        return dict(db.session.execute(counted).tuples().all())
