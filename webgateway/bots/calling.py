"""Calls bots: tells them what happened in conversations and takes their answers. The row is the job.

A call whose worker was killed, or whose answer could not be kept, is made again with the same webhook-id.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, bindparam, exists, func, literal_column, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import aliased, joinedload, selectinload

from .. import leases, logs, metrics
from ..conversations.bot_calls import AWAITED, BotCall
from ..conversations.models import Conversation
from ..db import NOW, db, looking, passing, utcnow
from ..pages.models import Page
from ..settings import current_settings
from . import holding, outcome, signing, wire
from .wire import Unreached

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=40)
"""Longer than a call, and renewed."""
AT_ONCE = 4
"""Calls of one flow's bot on their way, by all workers together: a slow bot leaves the others their turn."""
TRIES = 5
WAITING: ColumnElement[str] = literal_column("'waiting'")

NO_FLOW = "The flow was deleted."
NOT_DONE = "webgateway could not go on with it; its log tells whoever runs it why."


def claim() -> int | None:
    """Take the call that has been due longest. Commits."""
    for _ in range(TRIES):
        with looking():
            found = db.session.scalar(_next(), _asked())
        if found is None:
            return None
        mine = _due().where(BotCall.id == found).with_for_update(of=BotCall, skip_locked=True)
        mine = mine.execution_options(populate_existing=True)
        call = db.session.scalar(mine, _asked())
        if call is not None:
            call.leased_until = utcnow() + LEASE
            call.attempts += 1
            db.session.commit()
            return call.id
        db.session.rollback()  # another worker was quicker
    return None


def work(call_id: int) -> None:
    """Make one call and let its answer take effect. No transaction is open while the bot is asked."""
    with looking():
        call = db.session.scalars(_with_conversation().where(BotCall.id == call_id)).one()
        unwanted = _unwanted(call)
        secret = signing.kept(call.flow_id) if call.flow_id else None
    if call.state != "waiting":
        return
    with logs.bound(bot_call=call_id, conversation=call.conversation_id, flow=call.flow_id):
        if unwanted is not None:
            _settle(call_id, partial(outcome.dropped, why=unwanted))
        else:
            _ask(call, secret or signing.first(call.flow_id or 0))


def fail(call_id: int, error: Exception) -> None:
    """Our own defect, or a database that took no work: later again."""
    call = _held(call_id)
    if call is not None and isinstance(error, OperationalError) and passing(error):
        call.leased_until, call.attempts = None, call.attempts - 1
    elif call is not None:
        outcome.again(call, NOT_DONE)
    db.session.commit()


def renew(call_id: int) -> None:
    """We still have it in hand. Commits."""
    held = update(BotCall).where(BotCall.id == call_id, BotCall.leased_until.is_not(None))
    held = held.values(leased_until=utcnow() + LEASE)
    db.session.execute(held.execution_options(synchronize_session=False))
    db.session.commit()


def waits() -> ColumnElement[bool]:
    return exists().where(
        BotCall.state == WAITING, BotCall.next_try_at <= NOW, leases.free(BotCall.leased_until)
    )


def _asked() -> dict[str, Any]:
    return {"now": utcnow(), "crowd": AT_ONCE}


@cache
def _next() -> Select[int]:
    return _due().with_only_columns(BotCall.id)


@cache
def _due() -> Select[BotCall]:
    """Nothing for the same bot in its conversation waits before it."""
    earlier = aliased(BotCall)
    blocked = exists().where(
        earlier.conversation_id == BotCall.conversation_id,
        earlier.part == BotCall.part,
        earlier.state == WAITING,
        earlier.id < BotCall.id,
    )
    ready = or_(BotCall.flow_id.is_(None), BotCall.flow_id.not_in(_busy()))
    free = leases.free(BotCall.leased_until)
    due = select(BotCall).where(BotCall.state == WAITING, BotCall.next_try_at <= NOW, free, ~blocked, ready)
    return due.order_by(BotCall.next_try_at, BotCall.id).limit(1)


def _busy() -> Select[int | None]:
    """Flows of whose bots enough calls are on their way."""
    held = select(BotCall.flow_id).where(
        BotCall.state == WAITING, BotCall.leased_until >= NOW, BotCall.flow_id.is_not(None)
    )
    return held.group_by(BotCall.flow_id).having(func.count() >= bindparam("crowd"))


def _unwanted(call: BotCall) -> str | None:
    """What is said to somebody else meanwhile is not the bot's to know, unless a person wants it told."""
    if call.flow_id is None:
        return NO_FLOW
    if call.kind not in AWAITED or call.done_at is not None:
        return None
    return holding.lost(call.conversation, call.part)


def _ask(call: BotCall, secret: str) -> None:
    body = msgspec.json.encode(call.payload)
    headers = {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "webgateway",
        **signing.headers(secret, call.key, body.decode()),
    }
    began = time.monotonic()
    settle: Callable[[BotCall], None]
    try:
        reply = wire.post(call.url, body, headers, current_settings().bot_networks)
        settle = partial(outcome.answered, reply=reply)
    except Unreached as problem:
        settle = partial(outcome.unreached, problem=problem)
    seconds = time.monotonic() - began
    metrics.bot_seconds.observe(seconds)
    _settle(call.id, settle, seconds)


def _settle(call_id: int, settle: Callable[[BotCall], None], seconds: float | None = None) -> None:
    """Its effect and its end are one transaction."""
    call = _held(call_id)
    if call is not None:
        settle(call)
        result = "again" if call.state == "waiting" else call.state
        metrics.bot_calls.labels(result).inc()
        level = logging.INFO if result == "done" else logging.WARNING
        facts = {"result": result, "status": call.status, "attempts": call.attempts}
        log.log(level, "bot call %s", result, extra=facts | {"seconds": seconds and round(seconds, 3)})
    db.session.commit()


def _held(call_id: int) -> BotCall | None:
    """With its conversation, in which nobody else does anything until the commit; None when it is over."""
    talk = select(BotCall.conversation_id).where(BotCall.id == call_id).scalar_subquery()
    conversation = select(Conversation).where(Conversation.id == talk).with_for_update()
    conversation = conversation.options(
        selectinload(Conversation.page).joinedload(Page.gateway),
        selectinload(Conversation.contact),
        selectinload(Conversation.flow_version),
    )
    db.session.scalars(conversation.execution_options(populate_existing=True)).one_or_none()
    waiting = select(BotCall).where(BotCall.id == call_id, BotCall.state == WAITING).with_for_update()
    return db.session.scalar(waiting.execution_options(populate_existing=True))


def _with_conversation() -> Select[BotCall]:
    return select(BotCall).options(
        joinedload(BotCall.conversation).options(
            joinedload(Conversation.flow_version),
            joinedload(Conversation.contact),
            joinedload(Conversation.page).joinedload(Page.gateway),
        )
    )
