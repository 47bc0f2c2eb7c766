"""What is different about Instagram's events: contract 6.7, 8.2."""

from datetime import datetime

from sqlalchemy import and_, or_, select

from ..db import db, utcnow
from ..meta.events import Event
from ..meta.messages import WINDOW
from ..pages.models import Page
from .models import Contact, Conversation, Message, Part

ABOUT_OURS = ("echo", "delivery", "read")
"""Kinds of events that tell what became of messages we sent."""
CONSENTS = ("message", "postback")
"""Kinds of events with which somebody lets us see their profile, on Messenger as well: contract 8."""
MUTED = (
    "Webhook subscription of this Instagram account is off; Meta sends its messages because its page is on."
)


def unheard(event: Event, page: Page) -> bool:
    """Its account is switched off, and Meta sends all the same."""
    return event.channel == "instagram" and page.instagram_muted and event.kind not in ABOUT_OURS


def consent(event: Event, contact: Contact, at: datetime) -> None:
    if event.kind in CONSENTS and contact.consented_at is None:
        contact.consented_at = at


def echoed(event: Event, page: Page) -> Part | None:
    """The part of ours that an echo is of. Instagram's carry no metadata, and may come before Meta's answer
    or in the place of one that was lost: then the words tell."""
    if event.channel != "instagram" or not event.text:
        return None
    on_its_way = and_(Part.state == "waiting", Part.leased_until.is_not(None))
    parts = db.session.scalars(
        select(Part)
        .join(Part.message)
        .join(Part.conversation)
        .join(Conversation.contact)
        .where(Contact.page_id == page.id, Contact.channel == "instagram", Contact.meta_id == event.user_id)
        .where(Part.mid.is_(None), or_(Part.state == "unclear", on_its_way))
        .where(Message.occurred_at > (event.at or utcnow()) - WINDOW)
        .order_by(Part.id)
    )
    said = event.text.strip()
    return next((part for part in parts if part.text.strip() == said), None)
