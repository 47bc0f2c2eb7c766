"""A conversation that rings at an agent."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Model, utcnow
from ..queues.models import Queue
from ..users.models import User
from .models import Conversation

RINGING = text("outcome = 'ringing'")


class Offer(Model):
    """`outcome` is ringing, accepted, declined, expired (nobody answered) or withdrawn (it was closed,
    taken or transferred meanwhile). A conversation rings at one agent at a time."""

    __tablename__ = "offers"
    __table_args__ = (
        Index(
            "uq_offers_ringing",
            "conversation_id",
            unique=True,
            sqlite_where=RINGING,
            postgresql_where=RINGING,
        ),
        Index("ix_offers_at", "user_id", sqlite_where=RINGING, postgresql_where=RINGING),
        Index("ix_offers_conversation_id", "conversation_id", "user_id"),
    )

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queues.id", ondelete="SET NULL"), index=True)
    outcome: Mapped[str] = mapped_column(default="ringing")
    offered_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]

    conversation: Mapped[Conversation] = relationship(Conversation)
    user: Mapped[User] = relationship(User)
    queue: Mapped[Queue | None] = relationship(Queue)
