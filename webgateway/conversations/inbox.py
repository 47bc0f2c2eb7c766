"""The list of conversations, newest first, as a person narrowed it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, load_only
from werkzeug.datastructures import MultiDict

from ..db import db
from ..digests import digest
from ..fields import whole
from ..listing import holds, menu
from ..pages.models import Page
from ..tenants.models import Tenant
from ..users.models import User
from .models import Contact, Conversation, Message

STATES = {"open": "Open", "closed": "Closed", "all": "Open and closed"}
STEP = 50
MOST = 150
RECENT = 5_000
"""Conversations in which a part of a name and other words are looked for; a whole name is found in all."""
NAMESAKES = 100
OF_A_ROW = (
    Conversation.channel,
    Conversation.closed_at,
    Conversation.owner_app_id,
    Conversation.last_message_at,
    Conversation.preview,
)
OF_A_CONTACT = (Contact.channel, Contact.meta_id, Contact.name, Contact.username, Contact.picture_url)
NEWEST = (Conversation.last_message_at.desc(), Conversation.id.desc())


@dataclass(frozen=True)
class Row:
    """`last`: what the preview shows. `waiting`: the customer wrote last and waits for us, not for another
    app; what the flow said is no answer."""

    conversation: Conversation
    waiting: bool
    last: Message | None


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
        last = _last_messages([conversation.id for conversation, _ in found[: self.shown]])
        self.rows = [
            Row(conversation, _ours(conversation) and author == "customer", last.get(conversation.id))
            for conversation, author in found[: self.shown]
        ]
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

    def url_of(self, conversation: Conversation) -> str:
        return f"{self._address}{conversation.id}{self._asked}"

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
        shown = [
            (
                talk.id,
                talk.last_message_at,
                talk.preview,
                talk.closed_at,
                talk.owner_app_id,
                talk.contact.name,
                talk.contact.picture_url,
            )
            for talk in (row.conversation for row in self.rows)
        ]
        waiting = [row.waiting for row in self.rows]
        return digest(shown, waiting, self.more)

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

    def _found(self) -> Sequence[Any]:
        """Conversations with the author of their last words, one more than are shown."""
        query = self._query()
        if not self.q:
            return db.session.execute(query.limit(self.shown + 1)).all()
        found = [*self._recent(query), *self._named(query)]
        unlike = {conversation.id: (conversation, author) for conversation, author in found}
        newest = sorted(unlike.values(), key=lambda row: (row[0].last_message_at, row[0].id), reverse=True)
        return newest[: self.shown + 1]

    def _query(self) -> Select[Any]:
        return (
            select(Conversation, _last_author())
            .join(Conversation.contact)
            .join(Conversation.page)
            .where(*self._narrow())
            .options(
                load_only(*OF_A_ROW),
                contains_eager(Conversation.contact).load_only(*OF_A_CONTACT),
                contains_eager(Conversation.page).load_only(Page.name),
            )
            .order_by(*NEWEST)
        )

    def _narrow(self) -> list[ColumnElement[bool]]:
        conditions = [Conversation.tenant_id == self.tenant.id]
        if self.state == "open":
            conditions.append(Conversation.closed_at.is_(None))
        elif self.state == "closed":
            conditions.append(Conversation.closed_at.is_not(None))
        if self.page_id:
            conditions.append(Conversation.page_id == self.page_id)
        return conditions

    def _recent(self, query: Select[Any]) -> Sequence[Any]:
        """In which the words stand somewhere."""
        times = select(Conversation.last_message_at).where(*self._narrow()).order_by(*NEWEST)
        before = db.session.scalar(times.offset(RECENT).limit(1))
        if before is not None:
            query = query.where(Conversation.last_message_at > before)
        sought = (Contact.name, Contact.username, Conversation.preview, Page.name)
        query = query.where(or_(*(holds(column, self.q) for column in sought)))
        return db.session.execute(query.limit(self.shown + 1)).all()

    def _named(self, query: Select[Any]) -> Sequence[Any]:
        """Of the contacts who are called so."""
        of_tenant = select(Contact.id).where(Contact.tenant_id == self.tenant.id).limit(NAMESAKES)
        namesakes = [
            contact_id
            for column in (Contact.name, Contact.username)
            for contact_id in db.session.scalars(of_tenant.where(func.lower(column) == func.lower(self.q)))
        ]
        if not namesakes:
            return []
        # Not in their order: SQLite would rather read all conversations in it.
        query = query.order_by(None).where(Conversation.contact_id.in_(namesakes))
        return db.session.execute(query.limit(MOST)).all()


def _ours(conversation: Conversation) -> bool:
    return conversation.is_open and conversation.owner_app_id is None


def _last_author() -> Any:
    """Of a person: the flow's words leave the customer waiting, and so does a note."""
    return _newest(Message.author).where(Message.author.not_in(("flow", "note"))).scalar_subquery()


def _last_messages(conversation_ids: list[int]) -> dict[int | None, Message]:
    newest = _newest(Message.id).where(Message.author != "note").scalar_subquery()
    of_each = select(newest).where(Conversation.id.in_(conversation_ids))
    found = db.session.scalars(
        select(Message)
        .where(Message.id.in_(of_each))
        .options(
            load_only(Message.conversation_id, Message.author, Message.app_id, Message.user_id),
            joinedload(Message.user).load_only(User.name, User.email),
        )
    )
    return {message.conversation_id: message for message in found}


def _newest(column: Any) -> Any:
    return (
        select(column)
        .where(Message.conversation_id == Conversation.id)
        .order_by(Message.occurred_at.desc(), Message.id.desc())
        .limit(1)
        .correlate(Conversation)
    )
