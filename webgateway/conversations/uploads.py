"""Files that agents send."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from ..db import Model, utcnow
from ..tenants.models import BelongsToTenant
from ..users.models import User

KEPT = text("content IS NOT NULL")


class Upload(Model, BelongsToTenant):
    """`kind` is image, video, audio or file; `size` in bytes. `content` is `kept` until the customer has it
    (forgetting.py), and `attachment_id` is what Meta calls it once it is there (contract 7.3)."""

    __tablename__ = "uploads"
    __table_args__ = (Index("ix_uploads_kept", "created_at", sqlite_where=KEPT, postgresql_where=KEPT),)

    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    mime_type: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    attachment_id: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    kept: Mapped[bool] = column_property(content.is_not(None))

    user: Mapped[User | None] = relationship(User)
