"""What is known of the customer whose conversation is open."""

from collections.abc import Iterable, Sequence
from functools import cache, cached_property
from typing import Any

from flask import request
from sqlalchemy import Integer, Row, Select, bindparam, select
from sqlalchemy.orm import load_only

from ..conversations.facts import Fact
from ..conversations.models import Contact, Conversation, Message
from ..conversations.reasons import ClosingReason
from ..conversations.thread import Thread
from ..db import db, rows
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


def token(contact: Contact | Row[Any], facts: Iterable[Fact | Row[Any]]) -> str:
    """Changes when something becomes known of the customer."""
    profile = (contact.name, contact.username, contact.picture_url)
    return digest(profile, [(fact.id, fact.value) for fact in facts])


class Details:
    sources = SOURCES

    def __init__(self, conversation: Conversation, thread: Thread | None = None) -> None:
        """Nothing is looked up in messages that a `thread` has brought."""
        self.conversation = conversation
        self.said = thread.messages if thread is not None and thread.whole else None
        self.shown = min(max(request.args.get("others", STEP, type=whole), STEP), MOST)

    @cached_property
    def facts(self) -> Sequence[Row[Any]]:
        return rows(_facts(), self._asked)

    @property
    def token(self) -> str:
        return token(self.conversation.contact, self.facts)

    @cached_property
    def came(self) -> Message | None:
        """With the link, the ad or the product that brought the customer here."""
        first = db.session.scalars(_first_messages(), self._asked) if self.said is None else self.said[:STEP]
        return next((one for one in first if one.referral), None)

    @cached_property
    def pressed(self) -> Sequence[Message]:
        """The last buttons and quick replies."""
        if self.said is None:
            return db.session.scalars(_last_pressed(), self._asked).all()[::-1]
        return [one for one in self.said if one.kind in PRESSED and one.from_customer][-STEP:]

    @cached_property
    def _others(self) -> Sequence[Row[Any]]:
        return rows(_others(), self._asked)

    @property
    def others(self) -> Sequence[Row[Any]]:
        """The customer's other conversations, newest first."""
        return self._others[: self.shown]

    @property
    def next_shown(self) -> int | None:
        return min(self.shown + STEP, MOST) if len(self._others) > self.shown < MOST else None

    @property
    def _asked(self) -> dict[str, int]:
        this = self.conversation
        return {
            "conversation": this.id,
            "contact": this.contact_id,
            "tenant": this.tenant_id,
            "most": self.shown + 1,
        }


# Queries are made once: they are asked with every conversation that is opened.
CONTACT: Any = bindparam("contact")
CONVERSATION: Any = bindparam("conversation")


@cache
def _facts() -> Any:
    told = (Fact.id, Fact.kind, Fact.value, Fact.source, Fact.gathered_at)
    return select(*told).where(Fact.contact_id == CONTACT).order_by(*IN_ORDER)


@cache
def _messages() -> Select[Message]:
    columns = (Message.kind, Message.text, Message.referral, Message.occurred_at)
    return select(Message).where(Message.conversation_id == CONVERSATION).options(load_only(*columns))


@cache
def _first_messages() -> Select[Message]:
    return _messages().order_by(Message.occurred_at, Message.id).limit(STEP)


@cache
def _last_pressed() -> Select[Message]:
    those = _messages().where(Message.kind.in_(PRESSED), Message.author == "customer")
    return those.order_by(Message.occurred_at.desc(), Message.id.desc()).limit(STEP)


@cache
def _others() -> Any:
    theirs = (Conversation.contact_id == CONTACT, Conversation.tenant_id == bindparam("tenant"))
    told = (Conversation.id, Conversation.preview, Conversation.opened_at, Conversation.closed_at)
    newest = select(*told, ClosingReason.name.label("reason")).outerjoin(Conversation.closing_reason)
    newest = newest.where(*theirs, Conversation.id != CONVERSATION)
    return newest.order_by(Conversation.id.desc()).limit(bindparam("most", type_=Integer()))
