"""Whether one may write in a conversation now, and writing there. Meta is not asked."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy import select

from ..db import db, utcnow
from ..meta import messages
from ..pages import tokens
from ..users.models import User
from . import writing
from .models import Conversation, Message


@dataclass(frozen=True)
class Lock:
    """Why nobody may write, and what helps; `popup`: in a window of its own. `stranded`: what is written
    already waits for a login."""

    reason: str
    remedy: str
    action_url: str | None = None
    action_label: str | None = None
    popup: bool = False
    stranded: bool = False


CLOSED = Lock("This conversation is closed.", "A new message from the customer opens a new conversation.")
REMOVED = Lock("This page is no longer connected.", "An administrator can connect it again.")
DELETED = Lock(
    "The chat gateway of this page was deleted.", "An administrator can connect the page through another one."
)
SWITCHED_OFF = Lock(
    "The chat gateway is switched off.", "An administrator can switch it on. Messages still arrive."
)
WINDOW_CLOSED = Lock(
    "The customer wrote more than 24 hours ago, and Meta allows no answer after that.",
    "You can answer again as soon as the customer writes.",
)
NO_TOKEN = "Facebook no longer lets us write for this page."  # noqa: S105


def lock(conversation: Conversation, user: User | None = None) -> Lock | None:
    """None when one may write. `user` decides which way out is offered."""
    page = conversation.page
    if not conversation.is_open:
        return _closed(conversation)
    if page.gateway.deleted_at:
        return DELETED
    if page.removed_at:
        return REMOVED
    if not page.gateway.enabled:
        return SWITCHED_OFF
    if tokens.live_grant(page) is None:
        return _no_token(conversation, user)
    # What we send carries no HUMAN_AGENT tag, so only the open window counts: contract 7.4
    return None if messages.window(conversation.customer_wrote_at, utcnow()) == "open" else WINDOW_CLOSED


def closes_at(conversation: Conversation) -> datetime | None:
    """When Meta stops taking answers: contract 7.4."""
    wrote = conversation.customer_wrote_at
    return wrote + messages.WINDOW - messages.MARGIN if wrote else None


def write(conversation: Conversation, text: str, user: User, key: str | None) -> Message:
    """Write once for each `key`: a form sent twice gives the message it gave before."""
    if key:
        known = db.session.scalar(
            select(Message).where(Message.conversation_id == conversation.id, Message.key == key)
        )
        if known is not None:
            return known
    message = writing.write(conversation, text, "agent", user)
    message.key = key or None
    return message


def _closed(conversation: Conversation) -> Lock:
    """With the way to the talk that goes on, when the customer has written again."""
    follower = db.session.scalar(
        select(Conversation.id).where(
            Conversation.contact_id == conversation.contact_id, Conversation.closed_at.is_(None)
        )
    )
    if follower is None:
        return CLOSED
    url = url_for("conversations.show", conversation_id=follower)
    return Lock(CLOSED.reason, "The customer has written again.", url, "Go to the open conversation")


def _no_token(conversation: Conversation, user: User | None) -> Lock:
    reason = f"{NO_TOKEN} {conversation.page.problem or ''}".rstrip()
    if user is None or not user.may("gateways", "edit"):
        remedy = "Ask an administrator to reconnect the page. Messages still arrive."
        return Lock(reason, remedy, stranded=True)
    purpose = "instagram" if conversation.channel == "instagram" else "pages"
    url = url_for("connecting.start", gateway_id=conversation.page.gateway_id, purpose=purpose)
    remedy = "Reconnect the page through Facebook. Messages still arrive."
    return Lock(reason, remedy, url, "Reconnect", popup=True, stranded=True)
