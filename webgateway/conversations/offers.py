"""A conversation that rings at an agent."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, bindparam, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .. import metrics
from ..db import Model, db, row, staying, utcnow
from ..queues import idle
from ..queues.models import Queue
from ..users.models import User
from ..waking import wake
from .models import Conversation

RINGING = text("outcome = 'ringing'")
STAYS = ("contact", "page")
"""What a conversation belongs to from beginning to end."""


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
        # `outcome` stands in it so that SQLite takes it: an equality more than the one of all offers.
        Index("ix_offers_at", "outcome", "user_id", sqlite_where=RINGING, postgresql_where=RINGING),
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

    @staticmethod
    def ringing(conversation_id: int, user_id: int, queue: Queue, at: datetime) -> dict[str, Any]:
        """Of one that rings at this agent from `at` on, for as long as the queue says: its columns."""
        return {
            "conversation_id": conversation_id,
            "user_id": user_id,
            "queue_id": queue.id,
            "outcome": "ringing",
            "offered_at": at,
            "expires_at": at + timedelta(seconds=queue.answer_seconds),
        }

    def end(self, outcome: str) -> None:
        self.outcome, self.answered_at = outcome, utcnow()
        metrics.offers.labels(outcome).inc()


def hold(conversation: Conversation) -> Offer | None:
    """What rings for it, if anything does; both locked, the conversation first as everywhere, and as they are
    now."""
    db.session.flush()
    asked = {"conversation": conversation.id}
    with staying(conversation, *STAYS):
        db.session.scalar(_conversation(), asked)
    return db.session.scalar(_ringing(), asked)


@cache
def _conversation() -> Select[Conversation]:
    return _locked(Conversation).execution_options(populate_existing=True)


def _locked(what: Any) -> Select[Any]:
    this = select(what).where(Conversation.id == bindparam("conversation"))
    return this.with_for_update(key_share=True)


@cache
def _whose() -> Select[int | None]:
    return _locked(Conversation.agent_id)


@cache
def _ringing() -> Select[Offer]:
    offer = select(Offer).where(Offer.conversation_id == bindparam("conversation"), RINGING)
    return offer.with_for_update(key_share=True).execution_options(populate_existing=True)


def withdraw(conversation: Conversation) -> None:
    """It was closed: it rings no more, and whoever had it has a place free. Twice changes nothing."""
    db.session.flush()
    asked = {"conversation": conversation.id}
    whose = row(_whose(), asked)
    offer = db.session.scalar(_ringing(), asked)
    if offer is not None:
        offer.end("withdrawn")
    if whose is not None:
        idle.from_now(whose.agent_id)
    wake(Conversation.__tablename__)


def stop(user_ids: Sequence[int], outcome: str, skip_locked: bool = False) -> None:
    """Nothing rings at these agents any more. `skip_locked`: for who holds rows already and may not wait."""
    theirs = select(Offer.conversation_id).where(Offer.user_id.in_(user_ids), RINGING)
    locked = select(Conversation.id).where(Conversation.id.in_(theirs)).order_by(Conversation.id)
    held = db.session.scalars(locked.with_for_update(key_share=True, skip_locked=skip_locked)).all()
    if not held:
        return
    still = select(Offer).where(Offer.conversation_id.in_(held), Offer.user_id.in_(user_ids), RINGING)
    for offer in db.session.scalars(still.execution_options(populate_existing=True)):
        offer.end(outcome)
