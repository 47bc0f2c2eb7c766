"""The customers, open conversations, known messages and comments of several events, looked up at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from ..db import db
from ..flows.models import Flow, Ref
from ..meta.events import Event
from ..pages.models import Page
from ..queues.choosing import Queues
from . import asking
from .comments import Comment
from .models import Contact, Conversation, Message, Part, Reaction, Wording
from .taken import moment

Customer = tuple[int, str, str]
"""Page, channel and Meta's id."""


class Talks:
    """The open conversations are held until the events have taken effect: nobody closes them meanwhile."""

    def __init__(self, events: Iterable[tuple[Event, Page]]) -> None:
        self._events = events = list(events)
        self.queues = Queues()
        pages = {page.id for _, page in events}
        people = {event.user_id for event, _ in events if event.user_id}
        mids = {event.mid for event, _ in events if event.mid}
        asked = {"pages": list(pages), "people": list(people)}
        contacts = db.session.scalars(_theirs(), asked)
        self._contacts = {(one.page_id, one.channel, one.meta_id): one for one in contacts}
        self._open = {one.contact: one for one in db.session.scalars(_still_open(), asked)}
        found = db.session.scalars(_known(), {"pages": list(pages), "mids": list(mids)})
        self._messages = {(one.page_id, one.mid or ""): one for one in found}
        self._parts = self._look_up_parts(events)
        self._wordings = self._look_up_wordings(mids)
        self._reactions = self._look_up_reactions(events)
        self._flows = self._look_up_flows(events)
        self._comments = _comments(event for event in events if event[0].kind in ("comment", "mention"))

    def asked(self, conversation: Conversation) -> str | None:
        """What an agent asked the customer for just before."""
        return self._asked.get(conversation.id)

    @cached_property
    def _asked(self) -> dict[int, str]:
        told = (
            self.open_conversation(page, event) for event, page in self._events if asking.likely(event.text)
        )
        with db.session.no_autoflush:
            return asking.open_in({one.id for one in told if one is not None and one.id is not None})

    def knows(self, page: Page, event: Event) -> bool:
        return (page.id, event.mid) in self._messages

    def message(self, page: Page, mid: str) -> Message | None:
        return self._messages.get((page.id, mid))

    def part(self, page: Page, mid: str) -> Part | None:
        return self._parts.get((page.id, mid))

    def conversation_of(self, page: Page, mid: str) -> Conversation | None:
        """Of the message that has this mid, the customer's or ours."""
        found = self.message(page, mid) or self.part(page, mid)
        return found.conversation if found else None

    def open_conversation(self, page: Page, event: Event) -> Conversation | None:
        contact = self._contacts.get(_customer(page, event))
        return self._open.get(contact) if contact else None

    def last_conversation(self, page: Page, event: Event) -> Conversation | None:
        """For a customer who has none that is open."""
        contact = self._contacts.get(_customer(page, event))
        if contact is None or contact.id is None:
            return None
        of_contact = select(Conversation).where(Conversation.contact_id == contact.id)
        return db.session.scalar(of_contact.order_by(Conversation.id.desc()).limit(1))

    def comment(self, page: Page, event: Event) -> Comment | None:
        return self._comments.get((page.id, event.kind, event.comment_id or event.post_id or ""))

    def commented(self, comment: Comment) -> None:
        db.session.add(comment)
        self._comments[comment.page_id, comment.kind, comment.meta_id] = comment

    def contact(self, page: Page, event: Event) -> Contact:
        customer = _customer(page, event)
        if customer not in self._contacts:
            _, channel, meta_id = customer
            contact = Contact(
                tenant_id=page.tenant_id,
                page=page,
                page_id=page.id,
                channel=channel,
                meta_id=meta_id,
                facts=[],
            )
            db.session.add(contact)
            self._contacts[customer] = contact
        return self._contacts[customer]

    def conversation(self, page: Page, event: Event) -> Conversation:
        """The contact's open conversation, or a new one on the flow of this moment."""
        conversation = self.open_conversation(page, event)
        if conversation is None:
            contact, at = self.contact(page, event), moment(event)
            flow = self.led_to(page, event) or page.gateway.flow
            conversation = Conversation.begin(contact, page, flow, at)
            self.opened(conversation)
        return conversation

    def opened(self, conversation: Conversation) -> None:
        db.session.add(conversation)
        self._open[conversation.contact] = conversation

    def said(self, message: Message) -> None:
        db.session.add(message)
        if message.mid:
            self._messages[message.page_id, message.mid] = message

    def wordings(self, page: Page, event: Event) -> Sequence[Wording]:
        """What is known of the edits of a message, or that it was withdrawn."""
        contact = self._contacts.get(_customer(page, event))
        return self._wordings.get((contact, event.mid or ""), ()) if contact else ()

    def worded(
        self, page: Page, event: Event, number: int, text: str | None, at: datetime | None = None
    ) -> None:
        contact, mid = self.contact(page, event), event.mid or ""
        wording = Wording(contact=contact, mid=mid, number=number, text=text, occurred_at=at or moment(event))
        db.session.add(wording)
        self._wordings.setdefault((contact, mid), []).append(wording)

    def withdrawn(self, page: Page, event: Event) -> None:
        """Its wordings are erased; one without text remembers it."""
        db.session.flush()
        for wording in self._wordings.pop((self.contact(page, event), event.mid or ""), ()):
            db.session.delete(wording)
        db.session.flush()
        self.worded(page, event, 0, None)

    def reaction(self, page: Page, event: Event) -> Reaction:
        """The customer's one to this message; a new one has no time yet."""
        key = contact, mid = self.contact(page, event), event.mid or ""
        if key not in self._reactions:
            self._reactions[key] = Reaction(contact=contact, mid=mid)
            db.session.add(self._reactions[key])
        return self._reactions[key]

    def led_to(self, page: Page, event: Event) -> Flow | None:
        """The flow to which the event's link or ad leads."""
        return self._flows.get((page.tenant_id, _ref(event)))

    def _look_up_parts(self, events: list[tuple[Event, Page]]) -> dict[tuple[int, str], Part]:
        asked = [(event, page) for event, page in events if event.mid and _may_be_about_ours(event)]
        if not asked:
            return {}
        pages, mids = {page.id for _, page in asked}, {event.mid for event, _ in asked}
        parts = select(Part).where(Part.mid.in_(mids), Part.page_id.in_(pages))
        found = db.session.scalars(parts.options(joinedload(Part.conversation)))
        return {(part.page_id, part.mid or ""): part for part in found}

    def _look_up_wordings(self, mids: set[str]) -> dict[tuple[Contact, str], list[Wording]]:
        contacts = {contact.id: contact for contact in self._contacts.values()}
        found: dict[tuple[Contact, str], list[Wording]] = {}
        if contacts and mids:
            wordings = select(Wording).where(Wording.contact_id.in_(contacts), Wording.mid.in_(mids))
            for one in db.session.scalars(wordings.order_by(Wording.number)):
                found.setdefault((contacts[one.contact_id], one.mid), []).append(one)
        return found

    def _look_up_reactions(self, events: list[tuple[Event, Page]]) -> dict[tuple[Contact, str], Reaction]:
        contacts = {contact.id: contact for contact in self._contacts.values()}
        mids = {event.mid for event, _ in events if event.kind == "reaction"}
        if not (contacts and mids):
            return {}
        reactions = select(Reaction).where(Reaction.contact_id.in_(contacts), Reaction.mid.in_(mids))
        return {(contacts[one.contact_id], one.mid): one for one in db.session.scalars(reactions)}

    def _look_up_flows(self, events: list[tuple[Event, Page]]) -> dict[tuple[int, str], Flow]:
        wanted = {ref for event, _ in events if (ref := _ref(event))}
        if not wanted:
            return {}
        tenants = {page.tenant_id for _, page in events}
        refs = select(Ref).where(Ref.tenant_id.in_(tenants), Ref.value.in_(wanted))
        found = db.session.scalars(refs.options(joinedload(Ref.flow).joinedload(Flow.live)))
        return {(ref.tenant_id, ref.value): ref.flow for ref in found}


# Queries are made once: they are asked for each batch of events.
PAGES: Any = bindparam("pages", expanding=True)
PEOPLE: Any = bindparam("people", expanding=True)
THEIRS = (Contact.page_id.in_(PAGES), Contact.meta_id.in_(PEOPLE))


@cache
def _theirs() -> Select[Contact]:
    return select(Contact).where(*THEIRS).options(selectinload(Contact.facts))


@cache
def _still_open() -> Select[Conversation]:
    return (
        select(Conversation)
        .join(Conversation.contact)
        .where(*THEIRS, Conversation.closed_at.is_(None))
        .order_by(Conversation.id)
        .options(contains_eager(Conversation.contact), joinedload(Conversation.flow_version))
        .with_for_update(of=Conversation)
    )


@cache
def _known() -> Select[Message]:
    mids: Any = bindparam("mids", expanding=True)
    known = select(Message).where(Message.page_id.in_(PAGES), Message.mid.in_(mids))
    return known.options(joinedload(Message.conversation))


def _comments(events: Iterable[tuple[Event, Page]]) -> dict[tuple[int, str, str], Comment]:
    """By page, kind and Meta's id."""
    named = [(page.id, event.comment_id or event.post_id or "") for event, page in events]
    if not named:
        return {}
    pages, ids = {page_id for page_id, _ in named}, {meta_id for _, meta_id in named}
    query = select(Comment).where(Comment.page_id.in_(pages), Comment.meta_id.in_(ids)).with_for_update()
    return {(one.page_id, one.kind, one.meta_id): one for one in db.session.scalars(query)}


def _customer(page: Page, event: Event) -> Customer:
    return page.id, event.channel or "messenger", event.user_id or ""


def _may_be_about_ours(event: Event) -> bool:
    return event.kind in ("reaction", "read") or event.is_deleted


def _ref(event: Event) -> str:
    return str((event.referral or {}).get("ref") or "")
