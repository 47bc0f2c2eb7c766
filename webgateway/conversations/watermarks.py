"""How far the customer has received or read: contract 6.6, 6.7."""

from datetime import datetime

from sqlalchemy import or_, update

from ..db import db
from ..meta.events import Event
from ..pages.models import Page
from .models import Conversation, Part
from .taken import Outcome, moment
from .talks import Talks

UNKNOWN = "It names a message that is not here."


def take(event: Event, page: Page, talks: Talks) -> Outcome:
    """Everything up to the watermark is delivered or read; it never goes back.

    A farewell is read after the end: without an open conversation it is about the last one. Instagram names
    the message that was read in place of a time.
    """
    conversation = talks.open_conversation(page, event) or talks.last_conversation(page, event)
    if conversation is None:
        return Outcome("ignored", "There is no conversation with this customer.")
    until = event.watermark
    if until is None and event.mid:
        found = _named(event.mid, page, talks)
        if found is None:
            return Outcome("ignored", UNKNOWN)
        conversation, until = found
    _reach(event, conversation, until or moment(event))
    return Outcome("done", conversation=conversation)


def _named(mid: str, page: Page, talks: Talks) -> tuple[Conversation, datetime] | None:
    part = talks.part(page, mid)
    if part is not None and part.sent_at is not None:
        return part.conversation, part.sent_at
    message = talks.message(page, mid)
    return (message.conversation, message.occurred_at) if message else None


def _reach(event: Event, conversation: Conversation, until: datetime) -> None:
    before = ("sent",) if event.kind == "delivery" else ("sent", "delivered")
    reached = or_(Part.sent_at <= until, Part.mid.in_(event.mids))
    db.session.execute(
        update(Part)
        .where(Part.conversation_id == conversation.id, Part.state.in_(before), reached)
        .values(state="delivered" if event.kind == "delivery" else "read")
    )
    if event.kind == "read":
        conversation.customer_read_at = max(until, conversation.customer_read_at or until)
