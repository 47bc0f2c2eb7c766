"""Takes the words of withdrawn messages out of the deliveries that brought them."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import undefer

from ..db import db, utcnow
from ..meta import redaction
from .models import Delivery, Event

SAYING = ("message", "edit", "echo")


def erase(withdrawn: Collection[tuple[int, str]]) -> None:
    """Of `withdrawn`, tenants and mids. That a message came, from whom and when, stays in the journal."""
    if not withdrawn:
        return
    tenants, mids = {tenant_id for tenant_id, _ in withdrawn}, {mid for _, mid in withdrawn}
    brought = select(Event.delivery_id).where(
        Event.tenant_id.in_(tenants), Event.mid.in_(mids), Event.kind.in_(SAYING)
    )
    deliveries = select(Delivery).where(Delivery.id.in_(brought)).options(undefer(Delivery.body))
    for delivery in db.session.scalars(deliveries.with_for_update()):
        rest = redaction.without(delivery.body, mids)
        if rest != delivery.body:
            delivery.body, delivery.size, delivery.erased_at = rest, len(rest), utcnow()
