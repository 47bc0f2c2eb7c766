"""Offers begin and run out: what the worker writes. Each takes only what nobody else holds."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Insert, bindparam, insert, select

from ..conversations.models import Conversation
from ..conversations.offers import RINGING, Offer
from ..db import db, put, rows, utcnow
from ..queues.models import Agent, Queue
from . import agents, matching
from .matching import Pair


def begin(pairs: Sequence[Pair]) -> None:
    """For those whose conversation still waits there and whose agent still has room."""
    waits = _hold_waiting([pair.conversation_id for pair in pairs])
    ready = _hold_ready({pair.user_id for pair in pairs})
    loads = agents.loads([*ready])
    theirs = db.session.scalars(_queues(), {"ids": list(waits.values())})
    queues = {queue.id: queue for queue in theirs}
    now, rings = utcnow(), []
    for conversation_id, user_id, queue_id in pairs:
        agent, load = ready.get(user_id), loads.get(user_id, 0)
        if agent is None or load >= agent.most or waits.get(conversation_id) != queue_id:
            continue
        rings.append(Offer.ringing(conversation_id, user_id, queues[queue_id], now))
        loads[user_id] = load + 1
        agent.offered_at = agent.idle_since = utcnow()
    if rings:
        put(_ring(), rings)


def expire(offer_ids: Sequence[int]) -> None:
    """Whoever missed one is not ready any more: the next customer is not to wait for them, too."""
    of_them = select(Offer.conversation_id).where(Offer.id.in_(offer_ids))
    locked = select(Conversation).where(Conversation.id.in_(of_them))
    locked = locked.with_for_update(key_share=True, skip_locked=True)
    held = {one.id: one for one in db.session.scalars(locked.execution_options(populate_existing=True))}
    still = select(Offer).where(Offer.id.in_(offer_ids), Offer.conversation_id.in_(held), RINGING)
    missed = []
    for offer in db.session.scalars(still.execution_options(populate_existing=True)):
        rang = held[offer.conversation_id].is_open
        offer.end("expired" if rang else "withdrawn")
        if rang:
            missed.append(offer.user_id)
    if missed:
        db.session.flush()
        agents.make_not_ready(missed, agents.MISSED)


def _hold_waiting(ids: Sequence[int]) -> dict[int, int]:
    """Their queues, by their ids; looked up again after the lock, when what others wrote can be seen. On
    SQLite nobody else writes from the first query on."""
    held = ids
    if db.engine.dialect.name != "sqlite":
        held = db.session.scalars(_locked(), {"ids": ids}).all()
    still = rows(_still_waiting(), {"ids": held, "now": utcnow()})
    return {row.id: row.queue_id for row in still}


def _hold_ready(user_ids: set[int]) -> dict[int, Agent]:
    found = db.session.scalars(_ready(), {"ids": list(user_ids)})
    return {agent.user_id: agent for agent in found}


# Queries are made once: they are asked whenever something rings.
IDS: Any = bindparam("ids", expanding=True)


@cache
def _queues() -> Any:
    return select(Queue).where(Queue.id.in_(IDS))


@cache
def _locked() -> Any:
    these = select(Conversation.id).where(Conversation.id.in_(IDS))
    return these.with_for_update(key_share=True, skip_locked=True)


@cache
def _still_waiting() -> Any:
    return matching.waiting().where(Conversation.id.in_(IDS)).add_columns(Conversation.queue_id)


@cache
def _ring() -> Insert:
    return insert(Offer)


@cache
def _ready() -> Any:
    ready = select(Agent).where(Agent.user_id.in_(IDS), Agent.state == "ready")
    locked = ready.with_for_update(key_share=True, skip_locked=True)
    return locked.execution_options(populate_existing=True)
