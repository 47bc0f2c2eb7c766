"""What became of a part: arrived, unclear, failed, or to be tried again. The caller commits."""

import random
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, select

from ..db import db, staying, utcnow
from ..meta.errors import GraphError
from ..pages import tokens
from ..pages.asking import in_words
from ..pages.models import Grant
from . import ownership, pace
from .models import Part

BACK_OFF = [
    timedelta(seconds=3),
    timedelta(seconds=20),
    timedelta(minutes=2),
    timedelta(minutes=15),
    timedelta(hours=1),
]
ARRIVED = ("sent", "delivered", "read")
STAYS = ("message", "conversation", "page")
"""What a part belongs to from beginning to end."""

EARLIER_FAILED = ("An earlier part of this message was not sent.", "Try again when the reason is gone.")
NO_ANSWER = (
    "Meta's answer did not arrive, so the customer may or may not have this message.",
    "Look at the conversation in Meta's inbox before you send it again.",
)


def hold(message_id: int) -> list[Part]:
    """The parts of a message as they are now, in order; nobody else changes them until the commit."""
    return list(db.session.scalars(_held(), {"message": message_id}))


def _hold_all_of(part: Part) -> list[Part]:
    """The parts of its message, itself among them."""
    with staying(part, *STAYS):
        return hold(part.message_id)


@cache
def _held() -> Select[Part]:
    parts = select(Part).where(Part.message_id == bindparam("message")).order_by(Part.position)
    return parts.with_for_update().execution_options(populate_existing=True)


def arrived(part: Part, mid: str | None, at: datetime) -> None:
    """Meta has it: its answer says so, or the echo, whichever is first; or a person who looked (no `mid`)."""
    parts = _hold_all_of(part)
    part.mid = mid or part.mid
    if part.state not in ARRIVED:
        part.state = "sent"
        part.sent_at = at
    let_go(part)
    for follower in parts:
        if follower.state == "held":
            follower.state = "waiting"


def refused(part: Part, grant: Grant, error: GraphError) -> None:
    """Meta said no, or nothing that can be understood: contract 10 says which refusal passes by itself."""
    if error.bucket:
        pace.refused(part, error)
    another = _another_login(part, grant, error)
    if error.kind == "routing" and part.conversation_id is not None:
        ownership.refused(part.conversation_id, error)
    _hold_all_of(part)
    if part.state != "waiting":
        return  # the echo was quicker than the answer: Meta has it
    let_go(part)
    part.error_code, part.error_subcode = error.code, error.subcode
    if error.sent_unclear:
        unclear(part)
    elif another or (error.retry and error.bucket):
        part.attempts -= 1
    elif error.retry and part.attempts <= len(BACK_OFF):
        part.error, part.remedy = error.meaning, error.remedy
        part.next_try_at = utcnow() + BACK_OFF[part.attempts - 1] * random.uniform(1, 1.2)
    else:
        failed(part, error.meaning, error.remedy)


def set_aside(part: Part) -> None:
    """Nobody's login covers the page: it waits until somebody's does."""
    _hold_all_of(part)
    if part.state == "waiting":
        let_go(part)
        part.attempts -= 1


def failed(part: Part, error: str, remedy: str) -> None:
    followers = _hold_all_of(part)[part.position + 1 :]
    part.state, part.leased_until, part.leased_by = "failed", None, None
    part.failed_at = utcnow()
    part.error, part.remedy = error, remedy
    for follower in followers:
        if follower.state == "waiting":
            follower.state = "failed"
            follower.error, follower.remedy = EARLIER_FAILED


def put_off(part: Part, until: datetime, error: str, remedy: str) -> None:
    """Not tried yet."""
    _hold_all_of(part)
    let_go(part)
    part.attempts -= 1
    part.next_try_at, part.error, part.remedy = until, error, remedy


def unclear(part: Part) -> None:
    """Meta may have it: contract 7.7."""
    followers = _hold_all_of(part)[part.position + 1 :]
    part.state, part.leased_until, part.leased_by = "unclear", None, None
    part.error, part.remedy = NO_ANSWER
    for follower in followers:
        if follower.state == "waiting":
            follower.state = "held"


def let_go(part: Part) -> None:
    """No worker has it in hand any more, and what an earlier try said no longer counts."""
    part.leased_until = part.leased_by = part.failed_at = None
    part.error = part.remedy = part.error_code = part.error_subcode = None


def _another_login(part: Part, grant: Grant, error: GraphError) -> bool:
    """Whether only this person's login was refused: Meta did not take the message, another's may do."""
    if error.token_dead:
        tokens.mark_dead(grant, error)
        return True
    return error.permission_lost and tokens.mark_lacking(grant, in_words(error), part.channel)
