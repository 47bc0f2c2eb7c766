"""Why conversations end, as a tenant names it."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Model
from ..tenants.models import BelongsToTenant

LONGEST_NAME = 80


class ClosingReason(Model, BelongsToTenant):
    """One that is no longer `offered` stays with the conversations that ended so."""

    __tablename__ = "closing_reasons"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    offered: Mapped[bool] = mapped_column(default=True)
