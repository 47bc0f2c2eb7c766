"""Conversations that wait ring at agents: a kind of work for the worker. `claim` only looks and plans, `work`
looks again under lock and writes: several workers may run, and none waits for another.

Who is next is decided in matching.py; what agents answer is in answering.py.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, or_, select

from ..conversations.offers import RINGING, Offer
from ..db import NOW, UTCDateTime, db, glance, looking, utcnow
from ..queues.models import Agent
from . import agents, matching, ringing
from .answering import accept as accept
from .answering import decline as decline
from .answering import take as take
from .matching import Pair

AT_ONCE = 200
"""Of offers that ran out, and of workspaces that were closed, in one round."""
PAUSE = 5.0  # seconds, after a round that failed

_paused = {"until": 0.0}


@dataclass(frozen=True)
class Round:
    """Offers nobody answered and users whose workspace is closed, by their ids; what is to ring where."""

    expired: Sequence[int]
    left: Sequence[int]
    pairs: Sequence[Pair]


def claim() -> Round | None:
    """What is to be done now. Nothing is leased: what others do meanwhile is passed over in `work`."""
    if time.monotonic() < _paused["until"]:
        return None
    with glance() as connection:
        expired, left, waiting = connection.execute(_some(), _asked()).one()
    if not (expired or left or waiting):
        return None
    with looking():
        found = Round(
            db.session.scalars(_expired().limit(AT_ONCE), _asked()).all() if expired else (),
            db.session.scalars(_left().limit(AT_ONCE), _asked()).all() if left else (),
            matching.pairs() if waiting else (),
        )
    return found if found.expired or found.left or found.pairs else None


def work(round: Round) -> None:
    if round.expired:
        ringing.expire(round.expired)
    if round.left:
        still = db.session.scalars(_left().where(Agent.user_id.in_(round.left)), _asked()).all()
        agents.make_not_ready(still, agents.LEFT)
    if round.pairs:
        ringing.begin(round.pairs)
    db.session.commit()


def fail(_round: Round, _error: Exception) -> None:
    """The next round sees the same again: after a pause."""
    _paused["until"] = time.monotonic() + PAUSE


def waits() -> ColumnElement[bool]:
    """By what was written: that agents are gone is seen by the clock."""
    return or_(exists(_expired()), exists(matching.waiting()))


def renew(_round: Round) -> None:
    """Nothing is leased."""


def _asked() -> dict[str, Any]:
    now = utcnow()
    return {"now": now, "seen_lately": now - agents.SEEN_LATELY}


@cache
def _some() -> Any:
    return select(exists(_expired()), exists(_left()), exists(matching.waiting()))


@cache
def _expired() -> Select[Any]:
    return select(Offer.id).where(RINGING, Offer.expires_at <= NOW)


@cache
def _left() -> Select[Any]:
    gone = or_(Agent.seen_at.is_(None), Agent.seen_at <= bindparam("seen_lately", type_=UTCDateTime()))
    return select(Agent.user_id).where(Agent.state == "ready", gone)
