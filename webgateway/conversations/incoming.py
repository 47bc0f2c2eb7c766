"""What an event does to a conversation, in the caller's transaction; twice changes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update

from ..db import db, utcnow
from ..logs import bound_id
from ..meta.events import Attachment, Event
from ..pages import notices
from ..pages.models import Page
from . import attachments, instagram, outcome, writing
from .models import Contact, Conversation, Message, Part
from .talks import Talks

# Meta's clock may be a little ahead of ours; further ahead is a wrong time, and ours is taken.
AHEAD = timedelta(minutes=5)
NOT_YET = "Kept in the journal; nothing is shown for this kind of event yet."
UNSUPPORTED = "Sent something that Meta does not pass on to apps."


@dataclass(frozen=True)
class Outcome:
    """`outcome` and `reason` as the journal keeps them, and the conversation it touched."""

    outcome: str
    reason: str | None = None
    conversation: Conversation | None = None


def take(event: Event, page: Page, talks: Talks | None = None) -> Outcome:
    """`talks`: those of all events that take effect in this transaction."""
    talks = talks or Talks([(event, page)])
    if event.standby:
        return Outcome("ignored", "Another app owns this conversation at Meta.")
    if instagram.unheard(event, page):
        return Outcome("ignored", instagram.MUTED)
    if event.kind in ("message", "postback", "referral"):
        return _from_customer(event, page, talks)
    if event.kind == "echo":
        return _echo(event, page, talks)
    if event.kind in ("delivery", "read"):
        return _watermark(event, page)
    if event.kind in notices.KINDS:
        return Outcome(*notices.take(event, page))
    return Outcome("ignored", NOT_YET)


def _from_customer(event: Event, page: Page, talks: Talks) -> Outcome:
    if event.user_id is None:
        return Outcome("ignored", "It names no customer: the person has not written to the page yet.")
    if event.is_deleted:
        return Outcome("ignored", "The customer withdrew a message; withdrawing is not shown yet.")
    if talks.knows(page, event):
        return Outcome("duplicate", "This message is in the conversation already.")
    conversation = _conversation(page, event, talks)
    talks.said(_message(event, conversation, "customer"))
    at = _time(event)
    instagram.consent(event, conversation.contact, at)
    conversation.customer_wrote_at = max(at, conversation.customer_wrote_at or at)
    _touch(conversation, at, _preview(event))
    _greet(conversation)
    return Outcome("done", conversation=conversation)


def _echo(event: Event, page: Page, talks: Talks) -> Outcome:
    """Our own message coming back settles its part; another's is somebody's answer in Meta's inbox."""
    part = db.session.scalar(
        select(Part)
        .join(Part.conversation)
        .where(Conversation.page_id == page.id)
        .where(or_(Part.key == (event.metadata or ""), Part.mid == (event.mid or "")))
        .limit(1)
    ) or instagram.echoed(event, page)
    if part is not None and event.mid:
        outcome.arrived(part, event.mid, _time(event))
        return Outcome("done", "Our own message, confirmed by Meta.", part.conversation)
    if event.user_id is None or talks.knows(page, event):
        return Outcome("duplicate", "This message is in the conversation already.")
    conversation = talks.open_conversation(page, event)
    if conversation is None:
        return Outcome("ignored", "The page wrote to somebody who has no open conversation here.")
    talks.said(_message(event, conversation, "page"))
    _touch(conversation, _time(event), _preview(event))
    return Outcome("done", conversation=conversation)


def _watermark(event: Event, page: Page) -> Outcome:
    """Everything up to the watermark is delivered or read; it never goes back.

    A farewell is read after the end: without an open conversation it is about the last one.
    """
    conversation = _last_conversation(page, event)
    if conversation is None:
        return Outcome("ignored", "There is no conversation with this customer.")
    until = event.watermark or _time(event)
    before = ("sent",) if event.kind == "delivery" else ("sent", "delivered")
    reached = Part.mid.in_(event.mids) if event.mids else Part.sent_at <= until
    db.session.execute(
        update(Part)
        .where(Part.conversation_id == conversation.id, Part.state.in_(before), reached)
        .values(state="delivered" if event.kind == "delivery" else "read")
    )
    if event.kind == "read":
        conversation.customer_read_at = max(until, conversation.customer_read_at or until)
    return Outcome("done", conversation=conversation)


def _last_conversation(page: Page, event: Event) -> Conversation | None:
    return db.session.scalar(
        select(Conversation)
        .join(Conversation.contact)
        .where(Contact.page_id == page.id, Contact.channel == event.channel, Contact.meta_id == event.user_id)
        .order_by(Conversation.closed_at.is_(None).desc(), Conversation.id.desc())
        .limit(1)
    )


def _conversation(page: Page, event: Event, talks: Talks) -> Conversation:
    """The contact's open conversation, or a new one on the gateway's flow of this moment."""
    conversation = talks.open_conversation(page, event)
    if conversation is None:
        contact = talks.contact(page, event)
        at = _time(event)
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
        talks.opened(conversation)
    return conversation


def _message(event: Event, conversation: Conversation, author: str) -> Message:
    return Message(
        conversation=conversation,
        page_id=conversation.page_id,
        author=author,
        mid=event.mid,
        kind=_kind(event),
        text=_text(event),
        attachments=[_attachment(found) for found in event.attachments],
        reply_to_mid=event.reply_to_mid,
        payload=event.quick_reply_payload or event.postback_payload,
        referral=event.referral,
        delivery_id=bound_id("delivery"),
        occurred_at=_time(event),
    )


def _attachment(found: Attachment) -> dict[str, Any]:
    kept: dict[str, Any] = {"type": found.type, "url": found.url, "title": found.title}
    if found.latitude is not None and found.longitude is not None:
        kept |= {"latitude": found.latitude, "longitude": found.longitude}
    return kept


def _kind(event: Event) -> str:
    if event.is_unsupported:
        return "unsupported"
    if event.quick_reply_payload is not None:
        return "quick_reply"
    return event.kind if event.kind in ("postback", "referral") else "text"


def _text(event: Event) -> str:
    if event.is_unsupported:
        return UNSUPPORTED
    return event.text or event.postback_title or ""


def _preview(event: Event) -> str:
    text = _text(event)
    if text:
        return text[:200]
    if event.attachments:
        return attachments.word(event.attachments[0].type)
    return "Came through a link" if event.kind == "referral" else ""


def _time(event: Event) -> datetime:
    now = utcnow()
    return event.at if event.at is not None and event.at < now + AHEAD else now


def _touch(conversation: Conversation, at: datetime, preview: str) -> None:
    if at >= conversation.last_message_at:
        conversation.last_message_at = at
        conversation.preview = preview


def _greet(conversation: Conversation) -> None:
    """The flow's opening message, once per conversation, unless the gateway is switched off."""
    flow = conversation.flow
    if flow is None or conversation.greeted_at or not conversation.page.gateway.enabled:
        return
    conversation.greeted_at = utcnow()
    if flow.opening_message:
        writing.write(conversation, flow.opening_message, "flow")
