"""What is known of a customer beside their profile: what they were asked for, what an agent wrote down."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Model, utcnow
from .models import Contact, Message


class Fact(Model):
    """`kind` is email or phone; `value` is checked and in its usual form. `source` is quick_reply, text
    (typed when asked), agent or bot."""

    __tablename__ = "facts"
    __table_args__ = (UniqueConstraint("contact_id", "kind", "value"),)

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    kind: Mapped[str]
    value: Mapped[str] = mapped_column(index=True)
    source: Mapped[str]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"), index=True)
    gathered_at: Mapped[datetime] = mapped_column(default=utcnow)

    contact: Mapped[Contact] = relationship(Contact, back_populates="facts")
    message: Mapped[Message | None] = relationship(Message)
