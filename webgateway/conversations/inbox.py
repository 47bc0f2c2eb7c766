"""The list of conversations, newest first, as a person narrowed it."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache, cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import url_for
from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select
from sqlalchemy import Row as Found
from sqlalchemy.orm import aliased
from werkzeug.datastructures import MultiDict

from ..db import db
from ..digests import digest
from ..fields import whole
from ..listing import holds, menu
from ..pages.models import Page
from ..tenants.models import Tenant
from ..users.models import User
from . import authors
from .models import Contact, Conversation, Message, called

STATES = {"open": "Open", "closed": "Closed", "all": "Open and closed"}
STEP = 50
MOST = 150
RECENT = 5_000
"""Conversations in which a part of a name and other words are looked for; a whole name is found in all."""
NAMESAKES = 100
SAID = aliased(Message)
"""The last words."""
COLUMNS: Sequence[Any] = (
    *(Conversation.id, Conversation.channel, Conversation.closed_at, Conversation.owner_app_id),
    *(Conversation.last_message_at, Conversation.preview),
    *(Contact.name, Contact.username, Contact.meta_id, Contact.picture_url),
    *(Page.name.label("page"), SAID.author, SAID.app_id, SAID.user_id),
    func.coalesce(func.nullif(User.name, ""), User.email).label("by"),
)
NEWEST = (Conversation.last_message_at.desc(), Conversation.id.desc())


class Last(NamedTuple):
    """Whoever said what the preview shows: `by` is None of the customer."""

    by: str | None
    user_id: int | None


class Row(NamedTuple):
    """`waiting`: the customer wrote last and waits for us, not for another app; what the flow said is no
    answer."""

    id: int
    customer: str
    picture_url: str | None
    page: str
    channel: str
    at: datetime
    preview: str | None
    closed_at: datetime | None
    owner_app_id: str | None
    waiting: bool
    last: Last | None


class Inbox:
    """What the URL asks for (`q, state, page_id, shown, open`); wrong values fall back to the usual ones."""

    target = "#list"
    sort = size = None

    def __init__(self, tenant: Tenant, args: MultiDict[str, str], open_id: int | None = None) -> None:
        self.tenant = tenant
        self.q = args.get("q", "").strip()[:200]
        self.state = args["state"] if args.get("state") in STATES else "open"
        self.page_id = args.get("page_id", type=whole)
        self.shown = min(max(args.get("shown", STEP, type=whole), STEP), MOST)
        self.open_id = open_id
        found = self._found()
        self.rows = [_row(one) for one in found[: self.shown]]
        self.more = len(found) > self.shown

    def url(self, **changes: Any) -> str:
        """The list with something changed."""
        plain = {"q": "", "state": "open", "page_id": None, "open": None, "shown": STEP}
        values = {**self.filters, "open": self.open_id, "shown": self.shown, **changes}
        kept = {name: value for name, value in values.items() if value != plain.get(name)}
        return url_for("conversations.index") + ("?" + urlencode(kept) if kept else "")

    @property
    def filters(self) -> dict[str, Any]:
        return {"q": self.q, "state": self.state, "page_id": self.page_id}

    def url_of(self, row: Row) -> str:
        return f"{self._address}{row.id}{self._asked}"

    @cached_property
    def _address(self) -> str:
        return url_for("conversations.index")

    @cached_property
    def _asked(self) -> str:
        values = {name: value for name, value in self.filters.items() if value and value != "open"}
        return f"?{urlencode(values)}" if values else ""

    @property
    def next_shown(self) -> int | None:
        return min(self.shown + STEP, MOST) if self.more and self.shown < MOST else None

    @property
    def token(self) -> str:
        """Changes when something in the list does."""
        return digest([tuple(row) for row in self.rows], self.more)

    @property
    def narrowed(self) -> bool:
        return bool(self.q or self.page_id or self.state == "closed")

    @property
    def pages(self) -> list[Any]:
        """For the menu; no use with thousands, but the search finds a page by its name."""
        return menu(Page.of(self.tenant), self.page_id)

    @property
    def page_connected(self) -> bool:
        return bool(db.session.scalar(select(exists(Page.of(self.tenant).where(Page.removed_at.is_(None))))))

    @property
    def ever_written(self) -> bool:
        return bool(db.session.scalar(select(exists(Conversation.of(self.tenant)))))

    def _found(self) -> Sequence[Found[Any]]:
        """As _listed, one conversation more than are shown."""
        query = _listed(self.state, bool(self.page_id))
        if not self.q:
            return db.session.execute(query.limit(self.shown + 1), self._meant).all()
        ids = {*self._recent(), *self._named()}
        if not ids:
            return []
        # Not in their order: SQLite would rather read all conversations in it.
        those = query.order_by(None).where(Conversation.id.in_(ids))
        found = db.session.execute(those, self._meant).all()
        newest = sorted(found, key=lambda one: (one.last_message_at, one.id), reverse=True)
        return newest[: self.shown + 1]

    @property
    def _meant(self) -> dict[str, Any]:
        return {"tenant": self.tenant.id, "page": self.page_id}

    def _narrow(self) -> list[ColumnElement[bool]]:
        return _narrow(self.state, bool(self.page_id))

    def _recent(self) -> Sequence[int]:
        """Ids of those in which the words stand somewhere."""
        times = select(Conversation.last_message_at).where(*self._narrow()).order_by(*NEWEST)
        before = db.session.scalar(times.offset(RECENT).limit(1), self._meant)
        ids = select(Conversation.id).where(*self._narrow()).order_by(*NEWEST).limit(self.shown + 1)
        if before is not None:
            ids = ids.where(Conversation.last_message_at > before)
        # Joined to all contacts, PostgreSQL would read them all.
        of_contact = select(or_(holds(Contact.name, self.q), holds(Contact.username, self.q)))
        of_contact = of_contact.where(Contact.id == Conversation.contact_id)
        pages = Page.of(self.tenant).with_only_columns(Page.id).where(holds(Page.name, self.q))
        stands = or_(
            holds(Conversation.preview, self.q),
            of_contact.scalar_subquery(),
            Conversation.page_id.in_(pages),
        )
        return db.session.scalars(ids.where(stands), self._meant).all()

    def _named(self) -> Sequence[int]:
        """The same of the contacts who are called so."""
        of_tenant = select(Contact.id).where(Contact.tenant_id == self.tenant.id).limit(NAMESAKES)
        namesakes = [
            contact_id
            for column in (Contact.name, Contact.username)
            for contact_id in db.session.scalars(of_tenant.where(func.lower(column) == func.lower(self.q)))
        ]
        if not namesakes:
            return []
        ids = select(Conversation.id).where(*self._narrow(), Conversation.contact_id.in_(namesakes))
        return db.session.scalars(ids.limit(MOST), self._meant).all()


@cache
def _listed(state: str, of_page: bool) -> Any:
    """COLUMNS and who spoke last, of people. Made once: every open inbox asks every three seconds."""
    newest = _newest(Message.id, Message.author != "note")
    # Of a person: the flow's words leave the customer waiting, and so does a note.
    person = _newest(Message.author, Message.author.not_in(("flow", "note")))
    return (
        select(*COLUMNS, person.label("last_person"))
        .join(Conversation.contact)
        .join(Conversation.page)
        .outerjoin(SAID, SAID.id == newest)
        .outerjoin(User, User.id == SAID.user_id)
        .where(*_narrow(state, of_page))
        .order_by(*NEWEST)
    )


def _narrow(state: str, of_page: bool) -> list[ColumnElement[bool]]:
    conditions = [Conversation.tenant_id == bindparam("tenant")]
    if state == "open":
        conditions.append(Conversation.closed_at.is_(None))
    elif state == "closed":
        conditions.append(Conversation.closed_at.is_not(None))
    if of_page:
        conditions.append(Conversation.page_id == bindparam("page"))
    return conditions


def _row(found: Found[Any]) -> Row:
    ours = found.closed_at is None and found.owner_app_id is None
    return Row(
        id=found.id,
        customer=called(found.name, found.username, found.channel, found.meta_id),
        picture_url=found.picture_url,
        page=found.page,
        channel=found.channel,
        at=found.last_message_at,
        preview=found.preview,
        closed_at=found.closed_at,
        owner_app_id=found.owner_app_id,
        waiting=ours and found.last_person == "customer",
        last=Last(_by(found), found.user_id) if found.author else None,
    )


def _by(found: Found[Any]) -> str | None:
    if found.author == "page":
        return authors.inbox(found.app_id, found.channel)
    return {"customer": None, "flow": "Flow"}.get(found.author, found.by or "An agent")


def _newest(column: Any, *where: ColumnElement[bool]) -> Any:
    """Of the last of a conversation's messages of which that is true."""
    return (
        select(column)
        .where(Message.conversation_id == Conversation.id, *where)
        .order_by(Message.occurred_at.desc(), Message.id.desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
