"""A customer's own words and name go, at their wish; that there was a conversation stays. Contract 9.3."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update

from ..db import db, utcnow
from ..gateways.models import Gateway
from ..pages import erasing
from ..pages.models import Page
from .bot_calls import BotCall
from .comments import Comment
from .facts import Fact
from .models import NOBODY, Contact, Conversation, Message, Part, Reaction, Wording
from .uploads import Upload

ERASED = "Deleted at the customer's wish."


def listen() -> None:
    erasing.erasing.connect(erase)


def erase(gateway: Gateway, meta_id: str) -> dict[str, int]:
    """Commits. Should the customer write again, they are somebody new."""
    own = select(Contact).join(Contact.page).where(Page.gateway_id == gateway.id, Contact.meta_id == meta_id)
    contacts = db.session.scalars(own).all()
    talks = db.session.scalars(
        select(Conversation.id).where(Conversation.contact_id.in_([contact.id for contact in contacts]))
    ).all()
    for kind in (Reaction, Wording, Fact):
        theirs = kind.contact_id.in_([contact.id for contact in contacts])
        db.session.execute(delete(kind).where(theirs))
    for contact in contacts:
        contact.meta_id = f"{NOBODY}{secrets.token_hex(8)}"
        contact.name = contact.username = contact.picture_url = None
        contact.profile_checked_at = utcnow()
    erased = _erase_messages(talks)
    _erase_bot_calls(talks)
    comments = _erase_comments(gateway, meta_id)
    _close(talks)
    db.session.commit()
    found = {"contacts": len(contacts), "conversations": len(talks), "messages": erased}
    return found | ({"comments": comments} if comments else {})


def _erase_messages(talks: Sequence[int]) -> int:
    nothing: dict[str, Any] = {
        "kind": "unsupported",
        "text": ERASED,
        "attachments": [],
        "payload": None,
        "referral": None,
        "mid": None,
        "reply_to_mid": None,
        "quick_replies": None,
    }
    messages = update(Message).where(Message.conversation_id.in_(talks)).values(nothing)
    number = db.session.execute(messages.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined]
    parts = update(Part).where(Part.conversation_id.in_(talks))
    waiting = parts.where(Part.state.in_(("waiting", "held"))).values(state="failed", error=ERASED)
    for changed in (waiting, parts.values(text="", mid=None, quick_replies=None)):
        db.session.execute(changed.execution_options(synchronize_session=False))
    _erase_uploads(talks)
    return int(number)


def _erase_bot_calls(talks: Sequence[int]) -> None:
    """What bots were told holds the customer's words; what they were not told, they are not told any more."""
    calls = update(BotCall).where(BotCall.conversation_id.in_(talks))
    not_told = calls.where(BotCall.state != "done").values(state="dropped", error=ERASED)
    for changed in (not_told, calls.values(payload={})):
        db.session.execute(changed.execution_options(synchronize_session=False))


def _erase_uploads(talks: Sequence[int]) -> None:
    """What they were called, too."""
    theirs = select(Part.upload_id).where(Part.conversation_id.in_(talks), Part.upload_id.is_not(None))
    ids = db.session.scalars(theirs).all()
    unnamed = update(Part).where(Part.upload_id.in_(ids)).values(upload_id=None)
    for changed in (unnamed, delete(Upload).where(Upload.id.in_(ids))):
        db.session.execute(changed.execution_options(synchronize_session=False))


def _erase_comments(gateway: Gateway, meta_id: str) -> int:
    of_gateway = select(Page.id).where(Page.gateway_id == gateway.id)
    theirs = update(Comment).where(Comment.page_id.in_(of_gateway), Comment.author_id == meta_id)
    nothing = {"author_id": None, "author_name": None, "text": ERASED, "photo_url": None}
    erased = db.session.execute(theirs.values(nothing).execution_options(synchronize_session=False))
    return int(erased.rowcount)  # type: ignore[attr-defined]


def _close(talks: Sequence[int]) -> None:
    still_open = update(Conversation).where(Conversation.id.in_(talks), Conversation.closed_at.is_(None))
    unnamed = update(Conversation).where(Conversation.id.in_(talks))
    unnamed = unnamed.values(preview=ERASED, changes=Conversation.changes + 1)
    ended = still_open.values(closed_at=utcnow(), part=None, idle_at=None)
    for changed in (ended, unnamed):
        db.session.execute(changed.execution_options(synchronize_session=False))
