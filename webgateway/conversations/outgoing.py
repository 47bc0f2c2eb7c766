"""Writes messages to customers and sends them, part by part. The row is the job."""

import random
import secrets
import time
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import aliased, joinedload

from ..db import db, looking, passing, utcnow
from ..gateways.graph import graph_of
from ..logs import bound_id
from ..meta import messages
from ..meta.errors import GraphError
from ..pages import tokens
from ..pages.models import Grant, Page
from ..users.models import User
from . import sends
from .models import Conversation, Message, Part

# Longer than the longest call to Meta, so that no second worker takes what is still on its way.
LEASE = timedelta(minutes=2)
BACK_OFF = [
    timedelta(seconds=3),
    timedelta(seconds=20),
    timedelta(minutes=2),
    timedelta(minutes=15),
    timedelta(hours=1),
]
ARRIVED = ("sent", "delivered", "read")

DISCONNECTED = ("This page is no longer connected.", "An administrator can connect it again.")
NO_TOKEN = ("Facebook no longer lets us write for this page.", "An administrator must reconnect the page.")
SWITCHED_OFF = ("The chat gateway is switched off.", "An administrator can switch it on.")
EARLIER_FAILED = ("An earlier part of this message was not sent.", "Try again when the reason is gone.")
NO_ANSWER = (
    "Meta's answer did not arrive, so the customer may or may not have this message.",
    "Look at the conversation in Meta's inbox before you send it again.",
)


def write(conversation: Conversation, text: str, author: str, user: User | None = None) -> Message:
    """A message row and its parts, waiting for the worker. `author` is agent or flow."""
    now = max(utcnow(), conversation.last_message_at)
    message = Message(
        conversation=conversation,
        page_id=conversation.page_id,
        author=author,
        user=user,
        text=text,
        delivery_id=bound_id("delivery"),
        occurred_at=now,
    )
    db.session.add(message)
    for position, piece in enumerate(messages.split(text, conversation.channel)):
        message.parts.append(
            Part(
                conversation=conversation,
                position=position,
                text=piece,
                key="wg:" + secrets.token_urlsafe(16),
            )
        )
    conversation.last_message_at = now
    conversation.preview = text[:200]
    return message


def claim() -> int | None:
    """Take the next part that may go out: the oldest of its conversation. Commits."""
    with looking():
        part_id = db.session.scalar(_due().with_only_columns(Part.id))
    if part_id is None:
        return None
    part = db.session.scalar(_due().where(Part.id == part_id).with_for_update(skip_locked=True))
    if part is None:
        db.session.rollback()  # another worker was quicker
        return None
    if part.leased_until is not None:
        # Whoever held it was killed, perhaps after Meta had it: contract 7.7.
        _unclear(part)
        sends.tell(part, kind="worker_lost")
    else:
        part.leased_until = utcnow() + LEASE
        part.attempts += 1
    db.session.commit()
    return part.id


def _due() -> Select[Part]:
    now = utcnow()
    earlier = aliased(Part)
    blocked = exists().where(
        earlier.conversation_id == Part.conversation_id, earlier.state == "waiting", earlier.id < Part.id
    )
    free = or_(Part.leased_until.is_(None), Part.leased_until < now)
    due = select(Part).where(Part.state == "waiting", Part.next_try_at <= now, free, ~blocked)
    return due.order_by(Part.id).limit(1)


def work(part_id: int) -> None:
    """Send one part and remember the answer. No transaction is open while Meta is asked."""
    with looking():
        part = db.session.scalars(
            select(Part)
            .where(Part.id == part_id)
            .options(
                joinedload(Part.message),
                joinedload(Part.conversation).joinedload(Conversation.contact),
                joinedload(Part.conversation).joinedload(Conversation.page).joinedload(Page.gateway),
            )
        ).one()
        grant = tokens.live_grant(part.conversation.page)
        refusal = _refusal(part.conversation.page, grant)
    if part.state != "waiting":
        return
    if refusal is not None or grant is None:
        _fail(part, *(refusal or NO_TOKEN))
        sends.tell(part, kind="not_asked")
    else:
        _send(part, grant)
    db.session.commit()


def fail(part_id: int, error: Exception) -> None:
    """Our own defect while sending: whether Meta has the message cannot be told."""
    part = db.session.get_one(Part, part_id)
    if part.state == "waiting":
        _unclear(part)
        sends.tell(part, kind="our_bug")
    db.session.commit()


def send_again(message: Message) -> None:
    """A person decided: what failed or stayed unclear waits again, the parts that arrived do not."""
    for part in message.parts:
        if part.state in ("failed", "unclear", "held"):
            part.state = "waiting"
            part.attempts, part.next_try_at, part.leased_until = 0, utcnow(), None
            part.error = part.remedy = part.error_code = part.error_subcode = None


def arrived(part: Part, mid: str, at: datetime) -> None:
    """Meta has it: from its answer or from the echo, whichever is first."""
    part.mid = mid
    if part.state not in ARRIVED:
        part.state = "sent"
        part.sent_at = at
    part.leased_until = None
    part.error = part.remedy = part.error_code = part.error_subcode = None
    for follower in part.message.parts:
        if follower.state == "held":
            follower.state = "waiting"


def _refusal(page: Page, grant: Grant | None) -> tuple[str, str] | None:
    if page.removed_at or page.gateway.deleted_at:
        return DISCONNECTED
    if not page.gateway.enabled:
        return SWITCHED_OFF
    return NO_TOKEN if grant is None else None


def _send(part: Part, grant: Grant) -> None:
    conversation = part.conversation
    with sends.attempt(part) as attempt:
        try:
            sent = messages.send_text(
                graph_of(conversation.page.gateway),
                conversation.page.meta_id,
                grant.token or "",
                conversation.contact.meta_id,
                part.text,
                metadata=part.key,
            )
        except GraphError as error:
            attempt.answered(error)
            _refused(part, grant, error)
        else:
            attempt.answered()
            _remember(part, sent.message_id)


def _remember(part: Part, mid: str) -> None:
    """Meta has it: as long as we hold the part we try to write that down, however busy the database is."""
    until = time.monotonic() + LEASE.total_seconds() / 2
    while True:
        try:
            db.session.refresh(part)
            arrived(part, mid, utcnow())
            return db.session.commit()
        except OperationalError as error:
            db.session.rollback()
            if not passing(error) or time.monotonic() > until:
                raise
            time.sleep(0.5)


def _refused(part: Part, grant: Grant, error: GraphError) -> None:
    db.session.refresh(part)
    if part.state != "waiting":
        return  # the echo was quicker than the answer: Meta has it
    part.leased_until = None
    part.error_code, part.error_subcode = error.code, error.subcode
    if error.sent_unclear:
        _unclear(part)
    elif error.kind == "reauth":
        tokens.mark_dead(grant, error)
        part.next_try_at = utcnow()
    elif error.retry and part.attempts <= len(BACK_OFF):
        part.error, part.remedy = error.meaning, error.remedy
        # Meta may say when it takes calls again: contract 7.6.
        asked = timedelta(minutes=error.wait_minutes or 0)
        part.next_try_at = utcnow() + max(asked, BACK_OFF[part.attempts - 1]) * random.uniform(1, 1.2)
    else:
        _fail(part, error.meaning, error.remedy)


def _fail(part: Part, error: str, remedy: str) -> None:
    part.state, part.leased_until, part.error, part.remedy = "failed", None, error, remedy
    for follower in part.message.parts:
        if follower.position > part.position and follower.state == "waiting":
            follower.state = "failed"
            follower.error, follower.remedy = EARLIER_FAILED


def _unclear(part: Part) -> None:
    part.state, part.leased_until = "unclear", None
    part.error, part.remedy = NO_ANSWER
    for follower in part.message.parts:
        if follower.position > part.position and follower.state == "waiting":
            follower.state = "held"
