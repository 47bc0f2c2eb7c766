"""A tenant: a customer organisation. Everything else belongs to one."""

from datetime import datetime

from sqlalchemy import ForeignKey, Select, select
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from ..db import Model, find_or_404, utcnow


class Tenant(Model):
    __tablename__ = "tenants"

    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class BelongsToTenant:
    """What every record of a tenant has: its tenant, and the only ways to look it up from a request."""

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id"), index=True)

    @declared_attr
    @classmethod
    def tenant(cls) -> Mapped[Tenant]:
        return relationship(Tenant)

    @classmethod
    def of(cls, tenant: Tenant) -> Select:  # type: ignore[type-arg]
        return select(cls).where(cls.tenant_id == tenant.id)

    @classmethod
    def find(cls, tenant: Tenant, record_id: int):  # type: ignore[no-untyped-def]
        """The tenant's record; a stranger's answers 404."""
        return find_or_404(cls.of(tenant).where(cls.id == record_id))  # type: ignore[attr-defined]
