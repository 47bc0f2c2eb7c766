"""Which waiting conversation goes to which agent. Nothing is locked and nothing written here; the number of
queries does not depend on how many wait."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, exists, func, or_, select, union_all

from ..conversations.models import Conversation, Message
from ..conversations.offers import Offer
from ..conversations.queueing import SERVED
from ..db import NOW, UTCDateTime, db, rows, utcnow
from ..queues.models import Agent, Queue, members
from ..users.models import Role, User, users_roles
from . import agents
from .waiting import QUEUED, RINGS

PER_QUEUE = 100
"""Conversations of one queue that are looked at in one round."""
QUEUES = 100
"""Queues that are asked about in one query: SQLite joins no more than 500."""
HEADS = 10_000
"""Conversations that are asked about in one query: SQLite takes no more than 32,766 values."""
AGAIN = timedelta(seconds=30)
"""Who declined a conversation is asked again no sooner, and only when nobody else is free."""
NEVER = datetime.min.replace(tzinfo=UTC)


class Pair(NamedTuple):
    conversation_id: int
    user_id: int
    queue_id: int


@dataclass
class Candidate:
    """A ready agent with room for `room` more."""

    user_id: int
    load: int
    room: int
    idle_since: datetime
    offered_at: datetime

    def rank(self, rule: str) -> tuple[Any, ...]:
        """The smallest is next. Longest idle: whoever has the fewest, of those who got none for longest."""
        if rule == "round_robin":
            return self.offered_at, self.user_id
        return self.load, self.idle_since, self.user_id

    def gets(self, at: datetime) -> None:
        self.load, self.room = self.load + 1, self.room - 1
        self.idle_since = self.offered_at = at


Asked = dict[tuple[int, int], datetime]
"""Who did not want a conversation, by its id and theirs: until when it is kept from them."""


@cache
def waiting() -> Select[Any]:
    """Ids of conversations that may ring `now`; what another app has at Meta is not ours to answer."""
    held = or_(Conversation.held_until.is_(None), Conversation.held_until <= NOW)
    return select(Conversation.id).where(*QUEUED, Conversation.owner_app_id.is_(None), held, ~RINGS)


def pairs() -> list[Pair]:
    """For what has waited longest first, the most urgent before."""
    queues = _ringing_queues()
    of_queue = _candidates(queues)
    heads = _heads([queue for queue in queues if of_queue[queue.id]])
    asked, rules = Asked(), {queue.id: queue.rule for queue in queues}
    for begin in range(0, len(heads), HEADS):
        asked |= _asked(heads[begin : begin + HEADS])
    found, now = [], utcnow()
    for number, head in enumerate(heads):
        free = [one for one in of_queue[head.queue_id] if one.room > 0]
        chosen = _next(free, rules[head.queue_id], head.id, asked, now)
        if chosen is not None:
            chosen.gets(now + timedelta(microseconds=number))
            found.append(Pair(head.id, chosen.user_id, head.queue_id))
    return found


def _next(
    free: Iterable[Candidate], rule: str, conversation_id: int, asked: Asked, now: datetime
) -> Candidate | None:
    def rank(one: Candidate) -> tuple[Any, ...]:
        return ((conversation_id, one.user_id) in asked, *one.rank(rule))

    open_to = (one for one in free if asked.get((conversation_id, one.user_id), now) <= now)
    return min(open_to, key=rank, default=None)


def _ringing_queues() -> Any:
    """Those in which something waits to ring."""
    return rows(_ringing(), {"now": utcnow()})


@cache
def _ringing() -> Any:
    some = exists(waiting().where(Conversation.queue_id == Queue.id).correlate(Queue))
    columns = (Queue.id, Queue.tenant_id, Queue.everybody, Queue.rule)
    return select(*columns).where(Queue.rule != "by_hand", some)


def _candidates(queues: Sequence[Any]) -> dict[int, list[Candidate]]:
    """By the queue's id."""
    ready = _ready({queue.tenant_id for queue in queues}) if queues else []
    loads = agents.loads([agent.user_id for agent in ready])
    by_user = {agent.user_id: _candidate(agent, loads.get(agent.user_id, 0)) for agent in ready}
    of_tenant: dict[int, list[Candidate]] = {queue.tenant_id: [] for queue in queues}
    for agent in ready:
        if by_user[agent.user_id].room > 0:
            of_tenant[agent.tenant_id].append(by_user[agent.user_id])
    found = {queue.id: of_tenant[queue.tenant_id] if queue.everybody else [] for queue in queues}
    own = [queue.id for queue in queues if not queue.everybody]
    belong = select(members).where(members.c.queue_id.in_(own), members.c.user_id.in_(by_user))
    for queue_id, user_id in db.session.execute(belong) if own and by_user else ():
        if by_user[user_id].room > 0:
            found[queue_id].append(by_user[user_id])
    return found


def _ready(tenant_ids: Collection[int]) -> Any:
    """Whose workspace is open and who may answer: rows, as there may be hundreds."""
    roles = rows(_roles(), {"tenants": list(tenant_ids)})
    answering = [role_id for role_id, rights in roles if "conversations:edit" in rights]
    here = {"seen_lately": utcnow() - agents.SEEN_LATELY, "roles": answering}
    return rows(_here(), {"tenants": list(tenant_ids), **here})


# Queries are made once: to make them costs more than to ask them.
TENANTS: Any = bindparam("tenants", expanding=True)
CONVERSATIONS: Any = bindparam("conversations", expanding=True)


@cache
def _roles() -> Any:
    return select(Role.id, Role.permissions).where(or_(Role.tenant_id.is_(None), Role.tenant_id.in_(TENANTS)))


@cache
def _here() -> Any:
    columns = (Agent.user_id, Agent.tenant_id, Agent.most, Agent.idle_since, Agent.offered_at)
    seen_lately: Any = bindparam("seen_lately", type_=UTCDateTime())
    may = users_roles.c.user_id == User.id, users_roles.c.role_id.in_(bindparam("roles", expanding=True))
    ready = select(*columns).join(Agent.user).where(Agent.state == "ready", Agent.seen_at > seen_lately)
    return ready.where(Agent.tenant_id.in_(TENANTS), User.active, exists().where(*may))


def _candidate(agent: Any, load: int) -> Candidate:
    times = (agent.idle_since or NEVER, agent.offered_at or NEVER)
    return Candidate(agent.user_id, load, agent.most - load, *times)


def _heads(queues: Sequence[Any]) -> list[Any]:
    """Who is next in each queue: more than there is room for, as the first may be kept from all agents."""
    found: list[Any] = []
    for begin in range(0, len(queues), QUEUES):
        some = queues[begin : begin + QUEUES]
        asked = {f"queue_{number}": queue.id for number, queue in enumerate(some)}
        found += rows(_firsts(len(some)), {"now": utcnow(), **asked})
    return sorted(found, key=lambda head: (-head.priority, head.queued_at or NEVER, head.id))


@cache
def _firsts(queues: int) -> Any:
    """Of so many queues: queue_0, queue_1 …"""
    columns = (Conversation.id, Conversation.queue_id, Conversation.priority, Conversation.queued_at)
    order = (Conversation.priority.desc(), Conversation.queued_at, Conversation.id)
    firsts = []
    for number in range(queues):
        first: Any = waiting().where(Conversation.queue_id == bindparam(f"queue_{number}"))
        first = first.with_only_columns(*columns).order_by(*order).limit(PER_QUEUE)
        firsts.append(select(first.subquery()))
    return union_all(*firsts)


def _asked(heads: Sequence[Any]) -> Asked:
    """A call that was missed is kept from nobody: they are ready again, and said so."""
    found: Asked = {}
    answers = rows(_answers(), {"conversations": [head.id for head in heads]})
    for conversation_id, user_id, outcome, at in answers:
        until = at + AGAIN if outcome == "declined" else at
        found[conversation_id, user_id] = max(until, found.get((conversation_id, user_id), NEVER))
    return found | _passed_on([head.id for head in heads if head.priority == SERVED])


@cache
def _answers() -> Any:
    by = (Offer.conversation_id, Offer.user_id, Offer.outcome)
    unwanted: Any = Offer.outcome.in_(("declined", "expired"))
    these = Offer.conversation_id.in_(CONVERSATIONS), unwanted
    return select(*by, func.max(Offer.answered_at)).where(*these).group_by(*by)


def _passed_on(conversation_ids: Sequence[int]) -> Asked:
    """By whoever transferred it: it does not come back to them at once."""
    if not conversation_ids:
        return {}
    by = Message.conversation_id, Message.user_id
    notes = select(*by, func.max(Message.occurred_at)).where(
        Message.conversation_id.in_(conversation_ids),
        Message.author == "note",
        Message.kind == "transferred",
        Message.user_id.is_not(None),
    )
    passed: Iterable[Any] = db.session.execute(notes.group_by(*by))
    return {(conversation_id, user_id): at + AGAIN for conversation_id, user_id, at in passed}
