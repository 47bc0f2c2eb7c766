"""What a flow's bot is told. The row is the job."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Model, db, utcnow
from ..flows.definition import Bot
from ..flows.models import Flow
from ..tenants.models import BelongsToTenant
from .models import Conversation, Message

WAITING = text("state = 'waiting'")


class BotCall(Model, BelongsToTenant):
    """`key` is the webhook-id of the Standard Webhooks convention, the same at every attempt; `kind` is
    conversation.started, message.received, conversation.handed_over or conversation.closed; `payload` is what
    is sent. `state` is waiting, done, failed or dropped (the conversation went on without the bot meanwhile).
    `leased_until`: a worker has it in hand. `status` is the HTTP status of the last answer."""

    __tablename__ = "bot_calls"
    __table_args__ = (
        Index("ix_bot_calls_due", "next_try_at", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index(
            "ix_bot_calls_waiting", "conversation_id", "id", sqlite_where=WAITING, postgresql_where=WAITING
        ),
        Index("ix_bot_calls_tenant_id_id", "tenant_id", "id"),
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
    """A row for the worker; `message` is the customer's that it is about."""
    call = BotCall(
        tenant_id=conversation.tenant_id,
        conversation=conversation,
        flow_id=conversation.flow_id,
        part=part.id,
        url=part.url,
        key="msg_" + secrets.token_urlsafe(16),
        kind=kind,
        payload={"text": message.text} if message else {},
    )
    db.session.add(call)
    return call
