"""A flow: what happens to a conversation. It has versions; conversations that run finish on theirs."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, attributes, mapped_column, object_session, relationship

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
    # Likewise: hours may be those of a page.
    pages: Mapped[list[Any]] = relationship(
        "Page",
        primaryjoin="and_(foreign(Page.tenant_id) == Flow.tenant_id, Page.removed_at.is_(None))",
        order_by="Page.name",
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

    def hold(self) -> None:
        """Nobody else saves it until this transaction ends; what it holds is read anew."""
        if session := object_session(self):
            session.refresh(self, with_for_update=True)

    @property
    def drafted(self) -> Definition:
        """What the editor shows."""
        return self.draft.definition if self.draft else self.definition

    def revise(self, **does: Any) -> None:
        """A new live version with some of its fields changed; nothing when none is."""
        revised = msgspec.structs.replace(self.definition, **does)
        if revised != self.definition:
            self.go_live(revised)

    def go_live(self, definition: Definition, user: User | None = None) -> "FlowVersion":
        """Without regard to a draft, which stays."""
        version = FlowVersion(number=self._next_number, state="past", definition=definition)
        self.versions.append(version)
        self._make_live(version, user)
        return version

    def save_draft(self, definition: Definition) -> None:
        """None is left where it is what is live."""
        if definition == self.definition:
            self.discard_draft()
        elif self.draft:
            self.draft.definition = definition
        else:
            draft = FlowVersion(number=self._next_number, state="draft", definition=definition)
            self.versions.append(draft)
            attributes.set_committed_value(self, "draft", draft)

    def discard_draft(self) -> None:
        if self.draft:
            self.versions.remove(self.draft)
            attributes.set_committed_value(self, "draft", None)

    def publish(self, user: User) -> "FlowVersion | None":
        """The draft becomes live, with the newest number; None where there is none."""
        draft = self.draft
        if draft is None:
            return None
        if draft.number != self._next_number - 1:
            draft.number = self._next_number
        attributes.set_committed_value(self, "draft", None)
        self._make_live(draft, user)
        return draft

    def _make_live(self, version: "FlowVersion", user: User | None) -> None:
        before = [other for other in self.versions if other.state == "live"]
        for other in before:
            other.state = "past"
        if before and (session := object_session(self)):
            session.flush()  # there is one live version at any moment
        version.state, version.published_at, version.published_by = "live", utcnow(), user
        attributes.set_committed_value(self, "live", version)

    @property
    def _next_number(self) -> int:
        return max((version.number for version in self.versions), default=0) + 1


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
