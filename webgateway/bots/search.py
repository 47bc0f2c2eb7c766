"""Which calls of bots a person asks for: `q, state` of the URL."""

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from ..conversations.bot_calls import STATES, BotCall
from ..conversations.models import Contact, Conversation
from ..db import db
from ..fields import whole
from ..flows.models import Flow
from ..listing import holds
from ..tenants.models import Tenant

MOST = 10_000
RECENT = 10_000
"""Calls in which words are looked for; a conversation's number is found in all of them."""


class Search:
    def __init__(self, tenant: Tenant, args: MultiDict[str, str]) -> None:
        self.tenant = tenant
        self.q = args.get("q", "").strip()[:200]
        self.state = args["state"] if args.get("state") in STATES else ""

    @property
    def calls(self) -> Select[tuple[BotCall]]:
        query = BotCall.of(self.tenant).where(*self.narrow(self.state))
        if self.state:
            query = query.where(BotCall.state == self.state)
        return query.options(
            joinedload(BotCall.flow).load_only(Flow.name),
            joinedload(BotCall.conversation).joinedload(Conversation.contact),
        )

    @property
    def failed(self) -> int:
        """How many could be made again, counted no further than MOST."""
        some = select(BotCall.id).where(*self.mine()).limit(MOST).subquery()
        return db.session.scalar(select(func.count()).select_from(some)) or 0

    def mine(self) -> list[ColumnElement[bool]]:
        """For those that failed."""
        return [BotCall.tenant_id == self.tenant.id, BotCall.state == "failed", *self.narrow("failed")]

    def narrow(self, state: str) -> list[ColumnElement[bool]]:
        """A conversation's number, or words of a flow's name or a customer's."""
        if not self.q:
            return []
        try:
            return [BotCall.conversation_id == whole(self.q.removeprefix("#"))]
        except ValueError:
            flows = Flow.of(self.tenant).with_only_columns(Flow.id).where(holds(Flow.name, self.q))
            theirs = exists().where(
                Conversation.id == BotCall.conversation_id,
                Contact.id == Conversation.contact_id,
                holds(Contact.name, self.q),
            )
            return [BotCall.id > self._before(state), or_(BotCall.flow_id.in_(flows), theirs)]

    def _before(self, state: str) -> int:
        """The newest call in which words are no longer looked for."""
        ids = select(BotCall.id).where(BotCall.tenant_id == self.tenant.id).order_by(BotCall.id.desc())
        ids = ids.where(BotCall.state == state) if state else ids
        return db.session.scalar(ids.offset(RECENT).limit(1)) or 0
