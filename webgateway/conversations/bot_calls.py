"""What a flow's bot is told. The row is the job: bots/calling.py makes the call."""

import secrets
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import JSON, ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Model, db, utcnow
from ..flows.definition import Bot
from ..flows.models import Flow
from ..tenants.models import BelongsToTenant
from . import bot_sight
from .models import Conversation, Message

WAITING = text("state = 'waiting'")
LEASED = text("state = 'waiting' AND leased_until IS NOT NULL")

KINDS = {
    "conversation.started": "Conversation started",
    "message.received": "Message received",
    "conversation.handed_over": "Handed over",
    "conversation.closed": "Conversation closed",
}
AWAITED = ("conversation.started", "message.received")
"""The customer waits for what the bot says to these."""
STATES = {"waiting": "Waiting", "done": "Done", "failed": "Failed", "dropped": "Dropped"}


class Data(msgspec.Struct, frozen=True, omit_defaults=True):
    """`message` is what the customer said; conversation.handed_over and conversation.closed have none."""

    conversation: bot_sight.Conversation
    message: bot_sight.Message | msgspec.UnsetType = msgspec.UNSET


class Event(msgspec.Struct, frozen=True):
    """What a bot is sent, as Standard Webhooks has it. `timestamp` is when it happened, in UTC."""

    type: Literal[
        "conversation.started", "message.received", "conversation.handed_over", "conversation.closed"
    ]
    timestamp: datetime
    data: Data


class BotCall(Model, BelongsToTenant):
    """`key` is the webhook-id of the Standard Webhooks convention, the same at every attempt; `kind` is
    conversation.started, message.received, conversation.handed_over or conversation.closed; `payload` is what
    is sent. `state` is waiting, done, failed or dropped (the conversation went on without the bot meanwhile).
    `leased_until`: a worker has it in hand. `status` is the HTTP status of the last answer. One that waits
    and has a `done_at` is made once more because a person wants it, whoever has the conversation.
    """

    __tablename__ = "bot_calls"
    __table_args__ = (
        Index("ix_bot_calls_due", "next_try_at", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index(
            "ix_bot_calls_waiting", "conversation_id", "id", sqlite_where=WAITING, postgresql_where=WAITING
        ),
        Index("ix_bot_calls_leased", "flow_id", "leased_until", sqlite_where=LEASED, postgresql_where=LEASED),
        Index("ix_bot_calls_tenant_id_id", "tenant_id", "id"),
        Index("ix_bot_calls_tenant_id_state_id", "tenant_id", "state", "id"),
    )

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    flow_id: Mapped[int | None] = mapped_column(ForeignKey("flows.id", ondelete="SET NULL"), index=True)
    part: Mapped[str]
    url: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(default=utcnow)
    leased_until: Mapped[datetime | None]
    status: Mapped[int | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    done_at: Mapped[datetime | None]

    conversation: Mapped[Conversation] = relationship(Conversation)
    flow: Mapped[Flow | None] = relationship(Flow)


def tell(conversation: Conversation, part: Bot, kind: str, message: Message | None = None) -> BotCall:
    """The bot is told in the caller's transaction, and after what it was told before in this conversation.
    `kind` is one of KINDS."""
    now = utcnow()
    db.session.flush()  # what it is told carries ids
    seen = msgspec.UNSET if message is None else bot_sight.message(message)
    event = Event(kind, now, Data(bot_sight.conversation(conversation), seen))  # type: ignore[arg-type]
    call = BotCall(
        tenant_id=conversation.tenant_id,
        conversation=conversation,
        flow_id=conversation.flow_id,
        part=part.id,
        url=part.url,
        key="msg_" + secrets.token_urlsafe(18),
        kind=kind,
        payload=msgspec.to_builtins(event),
    )
    db.session.add(call)
    return call


def lose(conversation: Conversation, kind: str) -> None:
    """The bot that has the conversation, if one has, is told that it has it no longer. Before that is so."""
    part = conversation.does.part(conversation.part) if conversation.part else None
    if isinstance(part, Bot) and conversation.is_open:
        tell_lost(conversation, part, kind)


def tell_lost(conversation: Conversation, part: Bot, kind: str) -> None:
    """Unless it has just failed: then nobody listens."""
    told = select(BotCall.state).where(
        BotCall.conversation_id == conversation.id, BotCall.part == part.id, BotCall.kind.in_(AWAITED)
    )
    if db.session.scalar(told.order_by(BotCall.id.desc()).limit(1)) != "failed":
        tell(conversation, part, kind)


def forget(message: Message) -> None:
    """The customer withdrew it: nothing of what the bot was told about it is kept (contract 6.7)."""
    told = select(BotCall).where(BotCall.conversation_id == message.conversation_id)
    for call in db.session.scalars(told.with_for_update()):
        if call.payload.get("data", {}).get("message", {}).get("id") == message.id:
            seen = msgspec.to_builtins(bot_sight.message(message))
            call.payload = {**call.payload, "data": {**call.payload["data"], "message": seen}}
