"""The journal: every delivery as it came, and what became of each event in it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from ..conversations.models import Conversation
from ..db import Model, utcnow
from ..gateways.models import Gateway
from ..pages.models import Page
from ..tenants.models import BelongsToTenant

UNREAD = text("state = 'waiting'")
NOT_READ = text("state != 'read'")
WAITING = text("outcome = 'waiting'")
UNREAD_IN_HAND = text("state = 'waiting' AND leased_until IS NOT NULL")
IN_HAND = text("outcome = 'waiting' AND leased_until IS NOT NULL")
FAILED = text("outcome = 'failed'")

OUTCOMES = {
    "done": "Done",
    "waiting": "Waiting",
    "duplicate": "Duplicate",
    "ignored": "Ignored",
    "failed": "Failed",
}


class Delivery(Model, BelongsToTenant):
    """One POST from Meta. `signature`: the verdict (sha256, sha1); `state`: waiting, read or failed;
    `leased_until`: a worker has it in hand; `erased_at`: the words of a withdrawn message were taken out of
    `body`."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_waiting", "id", sqlite_where=UNREAD, postgresql_where=UNREAD),
        Index(
            "ix_deliveries_unread",
            "tenant_id",
            "state",
            "id",
            sqlite_where=NOT_READ,
            postgresql_where=NOT_READ,
        ),
        Index(
            "ix_deliveries_in_hand",
            *("leased_until", "gateway_id"),
            sqlite_where=UNREAD_IN_HAND,
            postgresql_where=UNREAD_IN_HAND,
        ),
        Index("ix_deliveries_tenant_id_id", "tenant_id", "id"),
    )

    gateway_id: Mapped[int] = mapped_column(ForeignKey("gateways.id", ondelete="CASCADE"), index=True)
    received_at: Mapped[datetime] = mapped_column(default=utcnow)
    body: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    size: Mapped[int]
    signature: Mapped[str]
    state: Mapped[str] = mapped_column(default="waiting")
    error: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(default=utcnow)
    leased_until: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    gateway: Mapped[Gateway] = relationship(Gateway)
    events: Mapped[list["Event"]] = relationship(
        back_populates="delivery",
        order_by="Event.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class Watch(Model):
    """When a worker last looked out for outages: one row."""

    __tablename__ = "watches"

    seen_at: Mapped[datetime] = mapped_column(default=utcnow)


class Event(Model, BelongsToTenant):
    """One thing in a delivery, found there again by its `position`. The row is the job.

    `talk` names the events that must take effect one after another (account and customer); `outcome` is one
    of OUTCOMES, with its `reason`.
    """

    __tablename__ = "events"
    __table_args__ = (
        # SQLite takes this one for the worker's look at the oldest only because `outcome` leads in it.
        Index("ix_events_oldest_waiting", "outcome", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_events_waiting", "talk", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_events_in_hand", "leased_until", "talk", sqlite_where=IN_HAND, postgresql_where=IN_HAND),
        Index("ix_events_failed", "outcome", "id", sqlite_where=FAILED, postgresql_where=FAILED),
        Index("ix_events_tenant_id_outcome_id", "tenant_id", "outcome", "id"),
        Index("ix_events_gateway_id_dedupe_key", "gateway_id", "dedupe_key"),
        # For who looks for a whole id.
        Index("ix_events_tenant_id_mid", "tenant_id", "mid"),
        Index("ix_events_tenant_id_user_id", "tenant_id", "user_id", "id"),
    )

    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id", ondelete="CASCADE"), index=True)
    gateway_id: Mapped[int] = mapped_column(ForeignKey("gateways.id", ondelete="CASCADE"))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id", ondelete="SET NULL"), index=True)
    conversation_id: Mapped[int | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="SET NULL"), index=True
    )
    position: Mapped[int]
    kind: Mapped[str]
    channel: Mapped[str | None]
    account_id: Mapped[str]
    user_id: Mapped[str | None]
    mid: Mapped[str | None]
    occurred_at: Mapped[datetime | None]
    dedupe_key: Mapped[str]
    talk: Mapped[str]
    outcome: Mapped[str] = mapped_column(default="waiting")
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(default=utcnow)
    leased_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]

    delivery: Mapped[Delivery] = relationship(back_populates="events")
    gateway: Mapped[Gateway] = relationship(Gateway)
    page: Mapped[Page | None] = relationship(Page)
    conversation: Mapped[Conversation | None] = relationship(Conversation)
