"""Who waits in agents' queues until somebody takes them: of many agents at once, and listed for one."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, exists, func, or_, select

from ..conversations.models import CALLED_BY, Conversation
from ..conversations.offers import RINGING, Offer
from ..db import UTCDateTime, rows, utcnow
from ..pages.models import Page
from ..queues.models import Queue, members

LISTED = 20
MOMENT = timedelta(seconds=3)
"""Whoever waits no longer is about to ring at somebody, unless nothing rings in that queue."""


class Queued(NamedTuple):
    """Those who wait in a queue."""

    number: int
    sum_of_ids: int
    """Another one, all but never the same, when others wait."""


def of(users: Mapping[int, Row[Any]]) -> dict[int, dict[int, Queued]]:
    """By the ids of these users, each with a `tenant_id`, and of their queues in which somebody waits."""
    tenants = {user.tenant_id for user in users.values()}
    queues = rows(_queues(), {"tenants": list(tenants), **_just_now()})
    found: dict[int, dict[int, Queued]] = {user_id: {} for user_id in users}
    queued = {queue_id: Queued(number, int(ids)) for queue_id, _, _, number, ids in queues}
    for queue_id, tenant_id, everybody, *_ in queues:
        for user in users.values() if everybody else ():
            if user.tenant_id == tenant_id:
                found[user.id][queue_id] = queued[queue_id]
    if closed := [queue_id for queue_id, _, everybody, *_ in queues if not everybody]:
        for queue_id, user_id in rows(_members(), {"queues": closed, "users": list(users)}):
            found[user_id][queue_id] = queued[queue_id]
    return found


def listed(queue_ids: Collection[int]) -> list[Row[Any]]:
    """The next in turn, LISTED of them, with their `page` and `queue`."""
    return rows(_listed(), {"queues": list(queue_ids), **_just_now()}) if queue_ids else []


def _just_now() -> dict[str, Any]:
    return {"just_now": utcnow() - MOMENT}


QUEUED = (
    Conversation.queue_id.is_not(None),
    Conversation.agent_id.is_(None),
    Conversation.closed_at.is_(None),
)
"""Waits for an agent, ringing or not: as ix_conversations_queued has it."""
RINGS = exists().where(Offer.conversation_id == Conversation.id, RINGING)
WAITING = (
    *QUEUED,
    or_(Queue.rule == "by_hand", Conversation.queued_at <= bindparam("just_now", type_=UTCDateTime())),
    ~RINGS,
)
"""Neither rings nor is about to."""

# Queries are made once: to make them costs more than to ask them.
QUEUES: Any = bindparam("queues", expanding=True)


@cache
def _queues() -> Any:
    tenants: Any = bindparam("tenants", expanding=True)
    return (
        select(Queue.id, Queue.tenant_id, Queue.everybody, func.count(), func.sum(Conversation.id))
        .join(Conversation, Conversation.queue_id == Queue.id)
        .where(Queue.tenant_id.in_(tenants), *WAITING)
        .group_by(Queue.id)
    )


@cache
def _members() -> Any:
    users: Any = bindparam("users", expanding=True)
    return select(members).where(members.c.queue_id.in_(QUEUES), members.c.user_id.in_(users))


@cache
def _listed() -> Any:
    where = (Page.name.label("page"), Queue.name.label("queue"))
    query = select(Conversation.id, Conversation.queued_at, *CALLED_BY, *where)
    query = query.join(Conversation.contact).join(Conversation.page)
    query = query.join(Queue, Queue.id == Conversation.queue_id)
    in_turn = (Conversation.priority.desc(), Conversation.queued_at, Conversation.id)
    return query.where(Conversation.queue_id.in_(QUEUES), *WAITING).order_by(*in_turn).limit(LISTED)
