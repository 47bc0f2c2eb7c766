"""What lies on agents' desks: what rings, what is theirs, how many wait. Looked up for many agents at once,
in a few small queries, for this is asked all day."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Row, bindparam, func, literal, null, select, union_all

from ..conversations.models import CALLED_BY, Contact, Conversation
from ..conversations.offers import RINGING, Offer
from ..db import rows
from ..digests import digest
from ..pages.models import Page
from ..queues.models import Agent, Queue
from ..users.models import User
from . import waiting
from .waiting import Queued

MOST = 50
"""Conversations of an agent that are listed."""
SHOWN = (
    *(Conversation.id, Conversation.last_message_at, Conversation.changes, Conversation.preview),
    *(Conversation.customer_wrote_at, Conversation.agent_read_at, Conversation.owner_app_id),
    *(Page.name.label("page"), Queue.name.label("queue"), *CALLED_BY, Contact.picture_url),
)


@dataclass(frozen=True)
class Desk:
    """`queued`: of the agent's queues in which somebody waits, by the queue's id."""

    user: Row[Any]
    talks: Sequence[Row[Any]]
    offers: Sequence[Row[Any]]
    queued: Mapping[int, Queued]

    @property
    def state(self) -> str:
        return self.user.state or "not_ready"

    @property
    def most(self) -> int:
        return self.user.most or 4

    @property
    def waiting(self) -> int:
        return sum(one.number for one in self.queued.values())

    @property
    def taken(self) -> int:
        """All conversations of the agent."""
        return self.talks[0].of_all if self.talks else 0

    @property
    def unlisted(self) -> int:
        """Those beyond MOST."""
        return self.taken - len(self.talks)

    @cached_property
    def tokens(self) -> dict[str, str]:
        """One for each piece of the screen, changing when that does, but `queued` not with the names of those
        who wait; `waiting` is how many do."""
        at_work = (self.user.state, self.user.state_reason, self.user.most)
        return {
            "desk": digest((at_work, [tuple(talk) for talk in self.talks])),
            "offers": digest([tuple(offer) for offer in self.offers]),
            "waiting": str(self.waiting),
            "queued": digest(sorted((queue_id, *queued) for queue_id, queued in self.queued.items())),
        }


def look(user_ids: Collection[int]) -> dict[int, Desk]:
    """Of those who are still here."""
    asked = {"users": list(user_ids)}
    users = {row.id: row for row in rows(_users(), asked)}
    talks, offers = _by_agent(rows(_lying(), asked))
    queued = waiting.of(users)
    return {
        user_id: Desk(user, talks.get(user_id, []), offers.get(user_id, []), queued[user_id])
        for user_id, user in users.items()
    }


def of(user: User) -> Desk:
    return look([user.id])[user.id]


# Queries are made once: to make them costs more than to ask them.
USERS: Any = bindparam("users", expanding=True)


@cache
def _users() -> Any:
    agent = (Agent.state, Agent.state_reason, Agent.state_at, Agent.most, Agent.seen_at)
    of_them = select(User.id, User.tenant_id, User.active, User.fs_uniquifier, *agent)
    return of_them.outerjoin(Agent, Agent.user_id == User.id).where(User.id.in_(USERS))


@cache
def _lying() -> Any:
    """What rings, the first first, with its `offer_id`; and the agents' conversations, MOST of each one's
    `of_all`, in the order they became theirs: what one works on keeps its place."""
    lying = union_all(_ringing(), _theirs()).subquery()
    offer = (lying.c.offer_id, lying.c.expires_at, lying.c.of_all)
    listed = select(lying.c.user_id, *SHOWN, *offer).join(lying, lying.c.id == Conversation.id)
    listed = listed.join(Conversation.contact).join(Conversation.page)
    listed = listed.outerjoin(Queue, Queue.id == lying.c.queue_id)
    return listed.where(lying.c.place <= MOST).order_by(lying.c.place, lying.c.offer_id)


def _ringing() -> Any:
    """First of the two, as it has all the columns."""
    of_it = (Offer.user_id, Offer.conversation_id.label("id"), Offer.id.label("offer_id"))
    nowhere = (literal(0).label("place"), literal(0).label("of_all"))
    ringing = select(*of_it, Offer.expires_at, Offer.queue_id, *nowhere)
    return ringing.where(Offer.user_id.in_(USERS), RINGING)


def _theirs() -> Any:
    order = (Conversation.assigned_at, Conversation.id)
    place = func.row_number().over(partition_by=Conversation.agent_id, order_by=order)
    of_all = func.count().over(partition_by=Conversation.agent_id)
    theirs = select(Conversation.agent_id, Conversation.id, null(), null(), null(), place, of_all)
    return theirs.where(Conversation.agent_id.in_(USERS), Conversation.closed_at.is_(None))


def _by_agent(lying: Iterable[Row[Any]]) -> tuple[dict[int, list[Row[Any]]], ...]:
    """Their conversations, and what rings."""
    talks: dict[int, list[Row[Any]]] = defaultdict(list)
    offers: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in lying:
        (offers if row.offer_id else talks)[row.user_id].append(row)
    return talks, offers
