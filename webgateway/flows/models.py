"""A flow: what happens to a conversation. It has versions; conversations that run finish on theirs."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, attributes, mapped_column, relationship

from ..db import Encrypted, Model, utcnow
from ..tenants.models import BelongsToTenant, Tenant
from ..users.models import User
from .definition import Definition, DefinitionColumn

LIVE = text("state = 'live'")
DRAFT = text("state = 'draft'")


class Flow(Model, BelongsToTenant):
    """`live` is the version new conversations follow. `bot_secret` signs what its bots are told; by a token,
    kept as a hash, they call back."""

    __tablename__ = "flows"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    name: Mapped[str]
    bot_secret: Mapped[str | None] = mapped_column(Encrypted("flows.bot_secret"), deferred=True)
    bot_token_hash: Mapped[str | None] = mapped_column(unique=True)
    bot_token_made_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)

    refs: Mapped[list["Ref"]] = relationship(
        back_populates="flow", order_by="Ref.value", cascade="all, delete-orphan", passive_deletes=True
    )
    versions: Mapped[list["FlowVersion"]] = relationship(
        back_populates="flow",
        order_by="FlowVersion.number",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    live: Mapped["FlowVersion | None"] = relationship(
        "FlowVersion",
        primaryjoin="and_(FlowVersion.flow_id == Flow.id, FlowVersion.state == 'live')",
        viewonly=True,
    )
    draft: Mapped["FlowVersion | None"] = relationship(
        "FlowVersion",
        primaryjoin="and_(FlowVersion.flow_id == Flow.id, FlowVersion.state == 'draft')",
        viewonly=True,
    )
    # Looked at, never written: flows know no gateways, gateways choose their flow.
    gateways: Mapped[list[Any]] = relationship(
        "Gateway",
        primaryjoin="and_(Gateway.flow_id == Flow.id, Gateway.deleted_at.is_(None))",
        order_by="Gateway.name",
        viewonly=True,
    )

    @classmethod
    def new(cls, tenant: Tenant, name: str, **does: Any) -> "Flow":
        """With a live version that `does` what the definition's fields say."""
        flow = cls(tenant=tenant, name=name)
        flow.go_live(Definition(**does))
        return flow

    @property
    def definition(self) -> Definition:
        return self.live.definition if self.live else Definition()

    def revise(self, **does: Any) -> None:
        """A new live version with some of its fields changed; nothing when none is."""
        revised = msgspec.structs.replace(self.definition, **does)
        if revised != self.definition:
            self.go_live(revised)

    def go_live(self, definition: Definition, user: User | None = None) -> "FlowVersion":
        for version in self.versions:
            if version.state == "live":
                version.state = "past"
        number = max((version.number for version in self.versions), default=0) + 1
        version = FlowVersion(
            number=number, state="live", definition=definition, published_at=utcnow(), published_by=user
        )
        self.versions.append(version)
        attributes.set_committed_value(self, "live", version)
        return version


class FlowVersion(Model):
    """`state` is draft, live or past; of the first two there is one at most."""

    __tablename__ = "flow_versions"
    __table_args__ = (
        UniqueConstraint("flow_id", "number"),
        Index("uq_flow_versions_live", "flow_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("uq_flow_versions_draft", "flow_id", unique=True, sqlite_where=DRAFT, postgresql_where=DRAFT),
    )

    flow_id: Mapped[int] = mapped_column(ForeignKey("flows.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default="draft")
    definition: Mapped[Definition] = mapped_column(DefinitionColumn)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )

    flow: Mapped[Flow] = relationship(back_populates="versions")
    published_by: Mapped[User | None] = relationship(User)


class Ref(Model, BelongsToTenant):
    """A link's or an ad's `ref` that leads customers to a flow (contract 6.6)."""

    __tablename__ = "flow_refs"
    __table_args__ = (UniqueConstraint("tenant_id", "value"),)

    flow_id: Mapped[int] = mapped_column(ForeignKey("flows.id", ondelete="CASCADE"), index=True)
    value: Mapped[str]

    flow: Mapped[Flow] = relationship(back_populates="refs")
