"""What is known of the customer whose conversation is open."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import joinedload, load_only

from ..conversations.facts import Fact
from ..conversations.models import Contact, Conversation, Message
from ..db import db
from ..digests import digest
from ..fields import whole

STEP = 5
MOST = 100
"""Other conversations that are listed."""
SOURCES = {
    "quick_reply": "by quick reply",
    "text": "typed when asked",
    "agent": "written down by an agent",
    "bot": "told by a bot",
}
IN_ORDER = (Fact.kind, Fact.gathered_at.desc(), Fact.id.desc())
PRESSED = ("postback", "quick_reply")


def token(contact: Contact, facts: Iterable[Fact]) -> str:
    """Changes when something becomes known of the customer."""
    profile = (contact.name, contact.username, contact.picture_url)
    return digest(profile, [(fact.id, fact.value) for fact in facts])


class Details:
    sources = SOURCES

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.shown = min(max(request.args.get("others", STEP, type=whole), STEP), MOST)

    @cached_property
    def facts(self) -> Sequence[Fact]:
        of_contact = select(Fact).where(Fact.contact_id == self.conversation.contact_id)
        return db.session.scalars(of_contact.order_by(*IN_ORDER)).all()

    @property
    def token(self) -> str:
        return token(self.conversation.contact, self.facts)

    @cached_property
    def came(self) -> Message | None:
        """With the link, the ad or the product that brought the customer here."""
        first = self._messages().order_by(Message.occurred_at, Message.id).limit(STEP)
        return next((one for one in db.session.scalars(first) if one.referral), None)

    @cached_property
    def pressed(self) -> Sequence[Message]:
        """The last buttons and quick replies."""
        those = self._messages().where(Message.kind.in_(PRESSED), Message.author == "customer")
        newest = those.order_by(Message.occurred_at.desc(), Message.id.desc()).limit(STEP)
        return db.session.scalars(newest).all()[::-1]

    @cached_property
    def _others(self) -> Sequence[Conversation]:
        this = self.conversation
        query = select(Conversation).where(
            Conversation.contact_id == this.contact_id,
            Conversation.tenant_id == this.tenant_id,
            Conversation.id != this.id,
        )
        newest = query.order_by(Conversation.id.desc()).limit(self.shown + 1)
        return db.session.scalars(newest.options(joinedload(Conversation.closing_reason))).all()

    @property
    def others(self) -> Sequence[Conversation]:
        """The customer's other conversations, newest first."""
        return self._others[: self.shown]

    @property
    def next_shown(self) -> int | None:
        return min(self.shown + STEP, MOST) if len(self._others) > self.shown < MOST else None

    def _messages(self) -> Any:
        columns = (Message.kind, Message.text, Message.referral, Message.occurred_at)
        of_it = select(Message).where(Message.conversation_id == self.conversation.id)
        return of_it.options(load_only(*columns))
