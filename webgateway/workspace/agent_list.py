"""The agents as a supervisor sees them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request
from sqlalchemy import func, select

from ..conversations.loads import MOST
from ..db import db
from ..digests import digest
from ..listing import View
from ..queues.models import Agent
from ..tenants.models import Tenant
from ..users.models import User
from . import agents
from .board import PRESENCE, answers, presence


@dataclass(frozen=True)
class Row:
    """`agent` is None for who never opened the workspace; `load` is what they have and what rings at them."""

    user: User
    agent: Agent | None
    load: int

    @property
    def presence(self) -> str:
        if self.agent is None or not agents.is_here(self.agent):
            return "offline"
        return self.agent.state

    @property
    def most(self) -> int:
        return self.agent.most if self.agent else MOST


class AgentList:
    """Who may answer customers, narrowed by `q` and `state`, one of PRESENCE; `view` is the page of it."""

    def __init__(self, tenant: Tenant) -> None:
        query = select(User).outerjoin(Agent, Agent.user_id == User.id).where(answers(tenant))
        state = request.args.get("state")
        if state in PRESENCE:
            query = query.where(presence() == state)
        self.view = View(
            query,
            sorts={"name": func.lower(User.name), "since": Agent.state_at, "seen": Agent.seen_at},
            default="name",
            search=(User.name, User.email),
            filters=("state",),
            tie=User.email,
        )
        self.rows = rows(self.view.items)

    @property
    def token(self) -> str:
        """Changes when something that is shown does; when somebody was seen counts by the minute."""
        shown = [
            (
                row.user.id,
                row.user.display_name,
                row.load,
                row.most,
                row.presence,
                row.agent and (row.agent.state_at, row.agent.state_reason),
                row.agent and row.agent.seen_at and row.agent.seen_at.replace(second=0, microsecond=0),
            )
            for row in self.rows
        ]
        return digest(shown, self.view.total)


def rows(users: Sequence[User]) -> list[Row]:
    """Three queries, however many they are."""
    ids = [user.id for user in users]
    known = {
        agent.user_id: agent for agent in db.session.scalars(select(Agent).where(Agent.user_id.in_(ids)))
    }
    loads = agents.loads(ids)
    return [Row(user, known.get(user.id), loads.get(user.id, 0)) for user in users]
