"""The queues as they are now: what waits, what rings, who is there. A few queries, however many queues."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, literal_column, or_, select

from ..conversations.models import Conversation
from ..conversations.offers import RINGING, Offer
from ..db import db, utcnow
from ..digests import digest
from ..queues.models import Agent, Queue, members
from ..tenants.models import Tenant
from ..users.models import Role, User, users_roles
from .agents import SEEN_LATELY
from .waiting import QUEUED

OF: Any = Conversation.queue_id + 0
"""The sum keeps SQLite from walking all that ever were in a queue."""
TALKS: Any = select(OF, func.count()).where(Conversation.agent_id.is_not(None))
RINGS: Any = select(OF, func.count()).join(Offer, Offer.conversation_id == Conversation.id).where(RINGING)
PRESENCE = ("ready", "not_ready", "offline")


@dataclass
class Row:
    """`waiting` do not ring yet; `oldest`: since when who waits longest does, ringing or not; `held` wait for
    the opening hours; `present` are the agents by PRESENCE."""

    queue: Queue
    waiting: int
    oldest: datetime | None
    held: int
    ringing: int
    talking: int
    present: dict[str, int]


class Board:
    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        by_name = Queue.of(tenant).order_by(Queue.general.desc(), func.lower(Queue.name), Queue.id)
        self.queues = list(db.session.scalars(by_name))
        self._count()

    def _count(self) -> None:
        waiting, ringing, talking = self._waiting(), self._ringing(), self._talking()
        present = self._present()
        self.rows = []
        for queue in self.queues:
            number, held, oldest = waiting.get(queue.id, (0, 0, None))
            rings, talks = ringing.get(queue.id, 0), talking.get(queue.id, 0)
            not_ringing = max(number - rings, 0)
            self.rows.append(Row(queue, not_ringing, oldest, held, rings, talks, present[queue.id]))

    @property
    def token(self) -> str:
        """Changes when something on the board does."""
        shown = [
            (row.queue.name, row.queue.rule, *(value for key, value in vars(row).items() if key != "queue"))
            for row in self.rows
        ]
        return digest(shown)

    @cached_property
    def _ids(self) -> list[int]:
        return [queue.id for queue in self.queues]

    def _waiting(self) -> dict[int, tuple[int, int, datetime | None]]:
        """How many may ring, how many are held, since when the first does."""
        now = utcnow()
        held = and_(Conversation.held_until.is_not(None), Conversation.held_until > now)
        may_ring = case((held, None), else_=Conversation.queued_at)
        numbers = (func.count(may_ring), func.count(case((held, 1))), func.min(may_ring))
        query = select(Conversation.queue_id, *numbers).where(
            Conversation.queue_id.in_(self._ids), *QUEUED, Conversation.owner_app_id.is_(None)
        )
        rows = db.session.execute(query.group_by(Conversation.queue_id))
        return {queue_id: (number, held, oldest) for queue_id, number, held, oldest in rows}

    def _ringing(self) -> dict[int, int]:
        return self._by_queue(RINGS)

    def _talking(self) -> dict[int, int]:
        return self._by_queue(TALKS)

    def _by_queue(self, query: Any) -> dict[int, int]:
        theirs = query.where(OF.in_(self._ids), Conversation.closed_at.is_(None))
        rows = db.session.execute(theirs.group_by(OF))
        return dict(rows.all())

    def _present(self) -> dict[int, dict[str, int]]:
        """Agents by queue and presence."""
        found = {queue.id: dict.fromkeys(PRESENCE, 0) for queue in self.queues}
        state = presence().label("presence")
        who = select(state, func.count()).select_from(User).outerjoin(Agent, Agent.user_id == User.id)
        who = who.where(answers(self.tenant)).group_by(literal_column("presence"))
        everybody = [queue.id for queue in self.queues if queue.everybody]
        if everybody:
            of_all = dict(db.session.execute(who).all())
            for queue_id in everybody:
                found[queue_id] |= of_all
        own = [queue.id for queue in self.queues if not queue.everybody]
        if own:
            by_queue = who.add_columns(members.c.queue_id).join(members, members.c.user_id == User.id)
            by_queue = by_queue.where(members.c.queue_id.in_(own)).group_by(members.c.queue_id)
            for state, number, queue_id in db.session.execute(by_queue):
                found[queue_id][state] = number
        return found


def presence() -> ColumnElement[str]:
    """Of a user whose agent is joined outer: ready, not_ready, or offline when their workspace is closed."""
    gone = or_(Agent.seen_at.is_(None), Agent.seen_at <= utcnow() - SEEN_LATELY)
    return case((gone, "offline"), else_=Agent.state)


def answers(tenant: Tenant) -> ColumnElement[bool]:
    """The condition of users who may answer customers."""
    roles = db.session.scalars(Role.offered_to(tenant))
    able = [role.id for role in roles if "conversations:edit" in role.permissions]
    has_one = exists().where(users_roles.c.user_id == User.id, users_roles.c.role_id.in_(able))
    return and_(User.tenant_id == tenant.id, User.active, has_one)
