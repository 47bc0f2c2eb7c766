"""What a new tenant begins with."""

from sqlalchemy import select

from ..db import db
from .models import Tenant

FIRST_TENANT = "My organisation"


def first_tenant() -> Tenant:
    """The tenant of a fresh installation, made at its first use."""
    tenant = db.session.scalar(select(Tenant).order_by(Tenant.id))
    return tenant or found(FIRST_TENANT)


def named(name: str) -> Tenant:
    return db.session.scalar(select(Tenant).where(Tenant.name == name)) or found(name)


def found(name: str) -> Tenant:
    tenant = Tenant(name=name)
    db.session.add(tenant)
    db.session.flush()
    return tenant
