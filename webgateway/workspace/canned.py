"""Canned answers: what agents say often, found by a shortcut or by words."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Model, utcnow
from ..queues.models import Queue
from ..tenants.models import BelongsToTenant


class CannedAnswer(Model, BelongsToTenant):
    """`text` may hold the same fields as a flow's texts. Without a `queue` it is offered in all."""

    __tablename__ = "canned_answers"
    __table_args__ = (UniqueConstraint("tenant_id", "shortcut"),)

    shortcut: Mapped[str]
    text: Mapped[str]
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queues.id", ondelete="SET NULL"), index=True)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)

    queue: Mapped[Queue | None] = relationship(Queue)
