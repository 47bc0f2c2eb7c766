"""Every tenant begins with a general queue."""

from typing import Any

from sqlalchemy import Connection, event, insert, select

from ..db import db, utcnow
from ..tenants.models import Tenant
from .models import GENERAL, Queue


def listen() -> None:
    event.listen(Tenant, "after_insert", found)


def found(mapper: Any, connection: Connection, tenant: Tenant) -> None:
    general = {"tenant_id": tenant.id, "name": GENERAL, "general": True, "everybody": True}
    connection.execute(
        insert(Queue).values(**general, rule="longest_idle", answer_seconds=30, created_at=utcnow())
    )


def general(tenant_id: int) -> Queue:
    return db.session.scalars(select(Queue).where(Queue.tenant_id == tenant_id, Queue.general)).one()
