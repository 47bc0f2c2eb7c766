"""What of the journal a person asks for: `q, gateway, outcome` of the URL."""

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from ..db import db
from ..fields import whole
from ..tenants.models import Tenant
from .models import OUTCOMES, Delivery, Event

MOST = 10_000
UNREAD_SHOWN = 50


class Search:
    def __init__(self, tenant: Tenant, args: MultiDict[str, str]) -> None:
        self.tenant = tenant
        self.q = args.get("q", "").strip()[:200]
        self.gateway_id = args.get("gateway", type=whole)
        self.outcome = args["outcome"] if args.get("outcome") in OUTCOMES else ""

    @property
    def events(self) -> Select[tuple[Event]]:
        query = Event.of(self.tenant).where(*self.narrow(Event))
        if self.outcome:
            query = query.where(Event.outcome == self.outcome)
        return query.options(joinedload(Event.delivery), joinedload(Event.gateway), joinedload(Event.page))

    @property
    def unread(self) -> list[Delivery]:
        """Deliveries that no event tells of, because they wait to be read or cannot be read."""
        newest = Delivery.of(self.tenant).where(*self.narrow(Delivery)).order_by(Delivery.id.desc())
        newest = newest.limit(UNREAD_SHOWN).options(joinedload(Delivery.gateway))
        # Each state by itself: only so SQLite takes the small index.
        found = [
            delivery
            for state in ("waiting", "failed")
            if self.outcome in ("", state)
            for delivery in db.session.scalars(newest.where(*_unread(state)))
        ]
        return sorted(found, key=lambda delivery: delivery.id, reverse=True)[:UNREAD_SHOWN]

    @property
    def failed(self) -> int:
        """How many could be replayed, counted no further than MOST."""
        return sum(
            db.session.scalar(select(func.count()).select_from(query.limit(MOST).subquery())) or 0
            for query in (
                select(Event.id).where(Event.outcome == "failed", *self.mine(Event)),
                select(Delivery.id).where(*_unread("failed"), *self.mine(Delivery)),
            )
        )

    def mine(self, table: type[Event] | type[Delivery]) -> list[ColumnElement[bool]]:
        return [table.tenant_id == self.tenant.id, *self.narrow(table)]

    def narrow(self, table: type[Event] | type[Delivery]) -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if self.gateway_id:
            conditions.append(table.gateway_id == self.gateway_id)
        if self.q:
            ids = (Event.mid, Event.user_id, Event.account_id) if table is Event else ()
            words = Event.reason if table is Event else Delivery.error
            conditions.append(
                or_(
                    *(column.contains(self.q, autoescape=True) for column in ids),
                    words.icontains(self.q, autoescape=True),
                )
            )
        return conditions


def _unread(state: str) -> list[ColumnElement[bool]]:
    """The first condition says nothing new, but is the one of ix_deliveries_unread."""
    return [Delivery.state != "read", Delivery.state == state]
