"""The customers, open conversations, known messages and comments of several events, looked up at once."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from ..db import db
from ..meta.events import Event
from ..pages.models import Page
from .comments import Comment
from .models import Contact, Conversation, Message

Customer = tuple[int, str, str]
"""Page, channel and Meta's id."""


class Talks:
    """The open conversations are held until the events have taken effect: nobody closes them meanwhile."""

    def __init__(self, events: Iterable[tuple[Event, Page]]) -> None:
        events = list(events)
        pages = {page.id for _, page in events}
        people = {event.user_id for event, _ in events if event.user_id}
        mids = {event.mid for event, _ in events if event.mid}
        theirs = (Contact.page_id.in_(pages), Contact.meta_id.in_(people))
        contacts = db.session.scalars(select(Contact).where(*theirs))
        self._contacts = {(one.page_id, one.channel, one.meta_id): one for one in contacts}
        still_open = (
            select(Conversation)
            .join(Conversation.contact)
            .where(*theirs, Conversation.closed_at.is_(None))
            .order_by(Conversation.id)
            .options(contains_eager(Conversation.contact))
            .with_for_update(of=Conversation)
        )
        self._open = {one.contact: one for one in db.session.scalars(still_open)}
        known = select(Message.page_id, Message.mid).where(Message.page_id.in_(pages), Message.mid.in_(mids))
        self._mids = {(page_id, mid) for page_id, mid in db.session.execute(known)}
        self._comments = _comments(event for event in events if event[0].kind in ("comment", "mention"))

    def knows(self, page: Page, event: Event) -> bool:
        return (page.id, event.mid) in self._mids

    def open_conversation(self, page: Page, event: Event) -> Conversation | None:
        contact = self._contacts.get(_customer(page, event))
        return self._open.get(contact) if contact else None

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
                tenant_id=page.tenant_id, page=page, page_id=page.id, channel=channel, meta_id=meta_id
            )
            db.session.add(contact)
            self._contacts[customer] = contact
        return self._contacts[customer]

    def conversation(self, page: Page, event: Event, at: datetime) -> Conversation:
        """The contact's open conversation, or a new one on the gateway's flow of this moment."""
        conversation = self.open_conversation(page, event)
        if conversation is None:
            contact = self.contact(page, event)
            conversation = Conversation(
                tenant_id=page.tenant_id,
                page=page,
                page_id=page.id,
                contact=contact,
                channel=contact.channel,
                flow=page.gateway.flow,
                opened_at=at,
                last_message_at=at,
            )
            self.opened(conversation)
        return conversation

    def opened(self, conversation: Conversation) -> None:
        db.session.add(conversation)
        self._open[conversation.contact] = conversation

    def said(self, message: Message) -> None:
        db.session.add(message)
        self._mids.add((message.page_id, message.mid or ""))


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
