"""What is different about Instagram's events: contract 6.7, 8.2."""

from datetime import datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload

from ..db import db, utcnow
from ..meta.events import Event
from ..meta.messages import WINDOW
from ..pages.models import Page
from . import files
from .comments import Comment
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
    or in the place of one that was lost: then the words tell, or the kind of file."""
    kinds = [attachment.type for attachment in event.attachments]
    if event.channel != "instagram" or not (event.text or kinds):
        return None
    for found in (_written_to, _replied_to):
        for part in db.session.scalars(found(event, page).order_by(Part.id)):
            if files.same(part, event.text or "", kinds):
                return part
    return None


def _written_to(event: Event, page: Page) -> Select[Part]:
    theirs = (Contact.page_id == page.id, Contact.channel == "instagram", Contact.meta_id == event.user_id)
    parts = _unconfirmed().join(Part.conversation).join(Conversation.contact).where(*theirs)
    return parts.where(Message.occurred_at > _since(event))


def _replied_to(event: Event, page: Page) -> Select[Part]:
    """Private replies, of which Meta has not said yet to whom they went."""
    theirs = (Comment.page_id == page.id, Comment.channel == "instagram", Comment.author_id == event.user_id)
    parts = _unconfirmed().join(Message.comment).where(*theirs, Part.conversation_id.is_(None))
    return parts.where(Comment.replied_at > _since(event))


def _unconfirmed() -> Select[Part]:
    on_its_way = and_(Part.state == "waiting", Part.leased_until.is_not(None))
    parts = select(Part).join(Part.message).options(joinedload(Part.upload))
    return parts.where(Part.mid.is_(None), or_(Part.state == "unclear", on_its_way))


def _since(event: Event) -> datetime:
    return (event.at or utcnow()) - WINDOW
