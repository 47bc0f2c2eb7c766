"""How much each agent takes at the same time."""

from collections.abc import Iterable

from sqlalchemy.orm import joinedload

from ..db import db
from ..queues.models import Agent
from ..workspace.agents import FEWEST, LARGEST
from .document import AgentEntry
from .items import Importer, Item
from .kind import Kind
from .people import People


class Agents(Kind[AgentEntry, Agent]):
    name, title, section = "agents", "Agents", "queues"
    new_needs = "edit"  # an agent's settings, which are made when they first work
    labels = {"most": "Conversations at the same time"}

    def __init__(self, by: Importer, people: People) -> None:
        self.people = people
        super().__init__(by)

    def load(self) -> Iterable[Agent]:
        return db.session.scalars(Agent.of(self.by.tenant).options(joinedload(Agent.user)))

    def called(self, entry: AgentEntry) -> str:
        return entry.email

    def entry_of(self, row: Agent) -> AgentEntry:
        return AgentEntry(row.user.email, row.most)

    def check(self, entry: AgentEntry, row: Agent | None, item: Item) -> AgentEntry:
        obstacle = self.people.obstacle(entry.email.strip()) if row is None else None
        item.reasons += [obstacle] if obstacle else []
        if not FEWEST <= entry.most <= LARGEST:
            item.reasons.append(f"{FEWEST} to {LARGEST} conversations at the same time.")
        return AgentEntry(entry.email.strip().lower(), entry.most)

    def write(self, entry: AgentEntry, row: Agent | None) -> None:
        if row is not None:
            row.most = entry.most
            return
        user = self.people.found[entry.email]
        db.session.add(Agent(tenant_id=self.by.tenant.id, user_id=user.id, most=entry.most))
