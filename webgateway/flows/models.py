"""A flow: what happens to a conversation. Its first form greets, hands over to agents and says farewell."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..db import Model, utcnow
from ..tenants.models import BelongsToTenant

DESTINATIONS = {"agents": "Agents"}


class Flow(Model, BelongsToTenant):
    __tablename__ = "flows"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    opening_message: Mapped[str] = mapped_column(default="")
    closing_message: Mapped[str] = mapped_column(default="")
    destination: Mapped[str] = mapped_column(default="agents")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)

    refs: Mapped[list["Ref"]] = relationship(
        back_populates="flow", order_by="Ref.value", cascade="all, delete-orphan", passive_deletes=True
    )
    # Looked at, never written: flows know no gateways, gateways choose their flow.
    gateways: Mapped[list[Any]] = relationship(
        "Gateway",
        primaryjoin="and_(Gateway.flow_id == Flow.id, Gateway.deleted_at.is_(None))",
        order_by="Gateway.name",
        viewonly=True,
    )


class Ref(Model, BelongsToTenant):
    """A link's or an ad's `ref` that leads customers to a flow (contract 6.6)."""

    __tablename__ = "flow_refs"
    __table_args__ = (UniqueConstraint("tenant_id", "value"),)

    flow_id: Mapped[int] = mapped_column(ForeignKey("flows.id", ondelete="CASCADE"), index=True)
    value: Mapped[str]

    flow: Mapped[Flow] = relationship(back_populates="refs")
