"""Files that agents send."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Model, utcnow
from ..tenants.models import BelongsToTenant
from ..users.models import User


class Upload(Model, BelongsToTenant):
    """`kind` is image, video, audio or file; `size` in bytes. `content` is kept until Meta has it, and
    `attachment_id` is what Meta then calls it (contract 7.3)."""

    __tablename__ = "uploads"

    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str]
    name: Mapped[str]
    mime_type: Mapped[str]
    size: Mapped[int]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    attachment_id: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    user: Mapped[User | None] = relationship(User)
