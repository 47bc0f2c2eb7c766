"""The pages of a tenant, which a flow names and knows nothing else of."""

from typing import Any, NamedTuple

from sqlalchemy import select

from ..db import db
from ..tenants.models import Tenant
from .models import Flow

MOST = 1000


class Named(NamedTuple):
    meta_id: str
    name: str
    gateway_id: int


def pages_of(tenant: Tenant) -> list[Named]:
    """Those that are connected, by name."""
    page: Any = Flow.pages.property.mapper.class_
    found = select(page.meta_id, page.name, page.gateway_id).where(
        page.tenant_id == tenant.id, page.removed_at.is_(None)
    )
    return [Named(*row) for row in db.session.execute(found.order_by(page.name).limit(MOST))]
