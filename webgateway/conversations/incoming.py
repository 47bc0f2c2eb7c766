"""What an event does to a conversation, in the caller's transaction; twice changes nothing."""

from collections.abc import Callable

from sqlalchemy import or_, select

from ..db import db
from ..meta.events import Event
from ..meta.thread_control import INBOXES
from ..pages import notices
from ..pages.models import Page
from . import (
    asking,
    commented,
    contents,
    edits,
    files,
    following,
    handover,
    instagram,
    notes,
    outcome,
    ownership,
    private_reply,
    reactions,
    routing,
    turns,
    watermarks,
    withdrawals,
)
from .models import Conversation, Message, Part
from .taken import Outcome as Outcome
from .taken import moment
from .talks import Talks

NOT_YET = "Kept in the journal; nothing is shown for this kind of event yet."
NO_CUSTOMER = "It names no customer: the person has not written to the page yet."
KNOWN = "This message is in the conversation already."
STRANGER = "The page wrote to somebody who has never written to it here."


def take(event: Event, page: Page, talks: Talks | None = None) -> Outcome:
    """`talks`: those of all events that take effect in this transaction.

    What was withdrawn is erased, although its account may be switched off by now.
    """
    talks = talks or Talks([(event, page)])
    if event.is_deleted and event.user_id:
        return withdrawals.take(event, page, talks)
    if instagram.unheard(event, page):
        return Outcome("ignored", instagram.MUTED)
    if event.kind in TAKERS:
        return TAKERS[event.kind](event, page, talks)
    return Outcome("ignored", NOT_YET)


def _from_customer(event: Event, page: Page, talks: Talks) -> Outcome:
    if event.user_id is None:
        return Outcome("ignored", NO_CUSTOMER)
    if any(one.text is None for one in talks.wordings(page, event)):
        return Outcome("ignored", withdrawals.WITHDRAWN, withdrawn=event.mid)
    if talks.knows(page, event):
        return Outcome("duplicate", KNOWN)
    conversation, at = talks.conversation(page, event), moment(event)
    ownership.heard(conversation, event.standby, at)
    anew = routing.lead(conversation, event, page, talks)
    message = _keep(event, conversation, "customer", page, talks)
    instagram.consent(event, conversation.contact, at)
    conversation.customer_wrote_at = max(at, conversation.customer_wrote_at or at)
    asking.heard(message, talks.asked)
    following.hear(conversation, message, anew, talks.queues)
    return Outcome("done", conversation=conversation)


def _notice(event: Event, page: Page, talks: Talks) -> Outcome:
    return Outcome(*notices.take(event, page))


def _opt_in(event: Event, page: Page, talks: Talks) -> Outcome:
    """A plugin on a website is a way to begin a talk (contract 7.4); consent to notifications is none."""
    return notes.take(event, page, talks) if event.action else _from_customer(event, page, talks)


def _echo(event: Event, page: Page, talks: Talks) -> Outcome:
    """Our own message coming back settles its part; another's is somebody's answer in Meta's inbox.

    It opens no conversation: what the page writes to strangers is no talk until they answer.
    """
    part = _our_part(event, page)
    if part is not None and event.mid:
        outcome.arrived(part, event.mid, moment(event))
        private_reply.belongs_to(part, event.user_id)
        files.echoed(part, event)
        return Outcome("done", "Our own message, confirmed by Meta.", part.conversation)
    if event.user_id is None or talks.knows(page, event):
        return Outcome("duplicate", KNOWN)
    conversation = talks.open_conversation(page, event) or talks.last_conversation(page, event)
    if conversation is None:
        return Outcome("ignored", STRANGER)
    _keep(event, conversation, "page", page, talks)
    if conversation.is_open and event.echo_app_id in (None, *INBOXES.values()):
        turns.answered(conversation, moment(event))
    if event.standby and event.echo_app_id and conversation.is_open:
        ownership.change(conversation, event.echo_app_id, moment(event))
    return Outcome("done", conversation=conversation)


def _our_part(event: Event, page: Page) -> Part | None:
    return db.session.scalar(
        select(Part)
        .where(Part.page_id == page.id)
        .where(or_(Part.key == (event.metadata or ""), Part.mid == (event.mid or "")))
        .limit(1)
    ) or instagram.echoed(event, page)


def _keep(event: Event, conversation: Conversation, author: str, page: Page, talks: Talks) -> Message:
    message = contents.message(event, conversation, author)
    edits.apply(message, event, page, talks)
    talks.said(message)
    contents.show(message)
    return message


TAKERS: dict[str, Callable[[Event, Page, Talks], Outcome]] = {
    "message": _from_customer,
    "postback": _from_customer,
    "referral": _from_customer,
    "order": _from_customer,
    "echo": _echo,
    "delivery": watermarks.take,
    "read": watermarks.take,
    "reaction": reactions.take,
    "edit": edits.take,
    "optin": _opt_in,
    "account_linking": notes.take,
    "feedback": notes.take,
    "coupon": notes.take,
    "handover": handover.take,
    "comment": commented.take,
    "mention": commented.take,
    **dict.fromkeys(notices.KINDS, _notice),
}
