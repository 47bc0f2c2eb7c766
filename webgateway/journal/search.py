"""What of the journal a person asks for: `q, gateway, outcome` of the URL."""

from functools import cached_property

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, union_all
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from ..db import db
from ..fields import whole
from ..gateways.models import Gateway
from ..listing import holds
from ..pages.models import Page
from ..tenants.models import Tenant
from .models import OUTCOMES, Delivery, Event

MOST = 10_000
UNREAD_SHOWN = 50
RECENT = 5_000
"""Events in which words and parts of ids are looked for; an id of WHOLE is found in all of them."""
WHOLE = (Event.mid, Event.user_id)
PARTS = (*WHOLE, Event.account_id)


class Search:
    def __init__(self, tenant: Tenant, args: MultiDict[str, str]) -> None:
        self.tenant = tenant
        self.q = args.get("q", "").strip()[:200]
        self.gateway_id = args.get("gateway", type=whole)
        self.outcome = args["outcome"] if args.get("outcome") in OUTCOMES else ""

    @property
    def events(self) -> Select[tuple[Event]]:
        query = Event.of(self.tenant).where(*self.narrow(Event, self.outcome))
        if self.outcome:
            query = query.where(Event.outcome == self.outcome)
        return query.options(
            joinedload(Event.delivery).load_only(Delivery.received_at),
            joinedload(Event.gateway).load_only(Gateway.name),
            joinedload(Event.page).load_only(Page.name),
        )

    @property
    def unread(self) -> list[Delivery]:
        """Deliveries that no event tells of, because they wait to be read or cannot be read."""
        ids = Delivery.of(self.tenant).with_only_columns(Delivery.id).where(*self.narrow(Delivery))
        ids = ids.order_by(Delivery.id.desc()).limit(UNREAD_SHOWN)
        # Each state by itself: only so SQLite takes the small index.
        states = [state for state in ("waiting", "failed") if self.outcome in ("", state)]
        of_each = [select(ids.where(*_unread(state)).subquery().c.id) for state in states]
        found = db.session.scalars(union_all(*of_each)).all() if of_each else []
        newest = Delivery.of(self.tenant).where(Delivery.id.in_(found)).order_by(Delivery.id.desc())
        newest = newest.limit(UNREAD_SHOWN).options(joinedload(Delivery.gateway).load_only(Gateway.name))
        return list(db.session.scalars(newest)) if found else []

    @property
    def failed(self) -> int:
        """How many could be replayed, counted no further than MOST."""
        counts = [
            select(func.count()).select_from(query.limit(MOST).subquery()).scalar_subquery()
            for query in (
                select(Event.id).where(Event.outcome == "failed", *self.mine(Event)),
                select(Delivery.id).where(*_unread("failed"), *self.mine(Delivery)),
            )
        ]
        return sum(db.session.execute(select(*counts)).one())

    def mine(self, table: type[Event] | type[Delivery]) -> list[ColumnElement[bool]]:
        """For those that failed."""
        return [table.tenant_id == self.tenant.id, *self.narrow(table, "failed")]

    def narrow(self, table: type[Event] | type[Delivery], outcome: str = "") -> list[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = []
        if self.gateway_id:
            conditions.append(table.gateway_id == self.gateway_id)
        if self.q and table is Delivery:
            conditions.append(holds(Delivery.error, self.q))
        elif self.q:
            whole = self._whole_id
            conditions += self._part_of_recent(outcome) if whole is None else [whole]
        return conditions

    @cached_property
    def _whole_id(self) -> ColumnElement[bool] | None:
        there = select(*(exists().where(Event.tenant_id == self.tenant.id, one == self.q) for one in WHOLE))
        known = db.session.execute(there).one()
        return next(
            (column == self.q for column, is_known in zip(WHOLE, known, strict=True) if is_known), None
        )

    def _part_of_recent(self, outcome: str) -> list[ColumnElement[bool]]:
        ids = select(Event.id).where(Event.tenant_id == self.tenant.id).order_by(Event.id.desc())
        if outcome:
            ids = ids.where(Event.outcome == outcome)
        before = db.session.scalar(ids.offset(RECENT).limit(1)) or 0
        return [Event.id > before, or_(*(holds(column, self.q) for column in (*PARTS, Event.reason)))]


def _unread(state: str) -> list[ColumnElement[bool]]:
    """The first condition says nothing new, but is the one of ix_deliveries_unread."""
    return [Delivery.state != "read", Delivery.state == state]
