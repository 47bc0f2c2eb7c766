"""Queues: where conversations wait for agents; and agents: who takes them."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Model, utcnow
from ..tenants.models import BelongsToTenant
from ..users.models import User

RULES = {"longest_idle": "Longest idle", "round_robin": "In turn", "by_hand": "By hand"}
GENERAL = "General"
"""The queue every tenant begins with."""

members = Table(
    "queue_members",
    Model.metadata,
    Column("queue_id", ForeignKey("queues.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Queue(Model, BelongsToTenant):
    """`rule` decides whom a conversation is offered to; by hand: nobody, agents choose. It rings for
    `answer_seconds`. `everybody`: all who may answer are in it, else its members. `general`: where
    conversations go whose flow names no queue; each tenant has one."""

    __tablename__ = "queues"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    rule: Mapped[str] = mapped_column(default="longest_idle")
    answer_seconds: Mapped[int] = mapped_column(default=30)
    everybody: Mapped[bool] = mapped_column(default=False)
    general: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    members: Mapped[list[User]] = relationship(User, secondary=members, order_by=User.name)


class Agent(Model, BelongsToTenant):
    """A user at work. `state` is ready or not_ready; `most` conversations at the same time (document 003: 4).

    `offered_at`: when something was last offered, for queues in turn; `idle_since`: since when nothing was,
    or the last one ended, for the longest idle; `seen_at`: when their workspace last asked for news.
    """

    __tablename__ = "agents"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    state: Mapped[str] = mapped_column(default="not_ready")
    state_at: Mapped[datetime] = mapped_column(default=utcnow)
    state_reason: Mapped[str | None]
    most: Mapped[int] = mapped_column(default=4)
    offered_at: Mapped[datetime | None]
    idle_since: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(User)
