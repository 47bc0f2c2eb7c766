"""What we know of the customers of several conversations at Meta, looked up at once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, union_all
from sqlalchemy.orm import contains_eager, joinedload

from ..db import db, utcnow
from ..meta.conversations import Talk
from ..pages.models import Page
from .models import Contact, Conversation, Message, Part, Wording


class Known:
    """The conversations are held until the caller commits: what a delivery brings to them waits meanwhile.

    `mids`: what is in them already, our own messages too, and what was withdrawn.
    """

    def __init__(self, page: Page, channel: str, talks: Sequence[Talk], since: datetime) -> None:
        self.page, self.channel = page, channel
        people = [talk.user_id for talk in talks]
        theirs = (Contact.page_id == page.id, Contact.channel == channel, Contact.meta_id.in_(people))
        contacts = db.session.scalars(select(Contact).where(*theirs))
        self._contacts = {contact.meta_id: contact for contact in contacts}
        self._conversations = self._since(since)
        self._unsettled = self._waiting_for_a_word()
        self.mids = self._known({said.mid for talk in talks for said in talk.said})

    def has(self, mid: str) -> bool:
        return mid in self.mids

    def open_at(self, talk: Talk, at: datetime) -> Conversation | None:
        """The customer's first conversation that was not closed yet at that time."""
        for conversation in self._conversations.get(talk.user_id or "", ()):
            if conversation.closed_at is None or at <= conversation.closed_at:
                return conversation
        return None

    def unsettled(self, talk: Talk) -> list[Part]:
        """Our messages to the customer of which nobody knows yet whether Meta has them."""
        return self._unsettled.setdefault(talk.user_id or "", [])

    def opened(self, talk: Talk, at: datetime) -> Conversation:
        """On the gateway's flow of this moment, which does not greet any more: it is too late."""
        contact = self._contact(talk)
        flow = self.page.gateway.flow
        conversation = Conversation.begin(contact, self.page, flow, at, greeted_at=utcnow())
        db.session.add(conversation)
        self._conversations.setdefault(contact.meta_id, []).append(conversation)
        return conversation

    def _contact(self, talk: Talk) -> Contact:
        meta_id = talk.user_id or ""
        if meta_id not in self._contacts:
            contact = Contact(
                tenant_id=self.page.tenant_id,
                page=self.page,
                page_id=self.page.id,
                channel=self.channel,
                meta_id=meta_id,
                name=talk.user_name,
                username=talk.username,
            )
            db.session.add(contact)
            self._contacts[meta_id] = contact
        return self._contacts[meta_id]

    def _since(self, since: datetime) -> dict[str, list[Conversation]]:
        """The oldest first. Locked in the order in which `talks.Talks` locks them."""
        query = (
            select(Conversation)
            .join(Conversation.contact)
            .where(Conversation.contact_id.in_([contact.id for contact in self._contacts.values()]))
            .where(or_(Conversation.closed_at.is_(None), Conversation.closed_at >= since))
            .order_by(Conversation.id)
            .options(contains_eager(Conversation.contact))
            .with_for_update(of=Conversation)
            .execution_options(populate_existing=True)
        )
        found: dict[str, list[Conversation]] = {}
        for conversation in db.session.scalars(query):
            found.setdefault(conversation.contact.meta_id, []).append(conversation)
        for conversations in found.values():
            conversations.sort(key=lambda one: one.opened_at)
        return found

    def _waiting_for_a_word(self) -> dict[str, list[Part]]:
        """Unclear, or in a sender's hands."""
        of_each = {
            conversation.id: meta_id for meta_id, some in self._conversations.items() for conversation in some
        }
        in_hand = (Part.state == "waiting") & Part.leased_until.is_not(None)
        query = (
            select(Part)
            .where(Part.conversation_id.in_(of_each), or_(Part.state == "unclear", in_hand))
            .order_by(Part.id)
            .options(joinedload(Part.message), joinedload(Part.conversation), joinedload(Part.upload))
            .execution_options(populate_existing=True)
        )
        found: dict[str, list[Part]] = {}
        for part in db.session.scalars(query):
            assert part.conversation_id is not None
            found.setdefault(of_each[part.conversation_id], []).append(part)
        return found

    def _known(self, mids: set[str]) -> set[str]:
        of_messages = select(Message.mid).where(Message.page_id == self.page.id, Message.mid.in_(mids))
        of_parts = select(Part.mid).where(Part.page_id == self.page.id, Part.mid.in_(mids))
        contacts = [contact.id for contact in self._contacts.values()]
        withdrawn = select(Wording.mid).where(
            Wording.contact_id.in_(contacts), Wording.mid.in_(mids), Wording.text.is_(None)
        )
        return {mid for mid in db.session.scalars(union_all(of_messages, of_parts, withdrawn)) if mid}
