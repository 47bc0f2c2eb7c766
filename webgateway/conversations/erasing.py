"""A customer's own words and name go, at their wish; that there was a conversation stays. Contract 9.3."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import UpdateBase, delete, select, update

from ..db import db, utcnow
from ..gateways.models import Gateway
from ..pages import erasing
from ..pages.models import Page
from .bot_calls import BotCall
from .comments import Comment
from .facts import Fact
from .models import Contact, Conversation, Message, Part, Reaction, Wording
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
    facts = _erase_what_is_known([contact.id for contact in contacts])
    for contact in contacts:
        contact.meta_id = f"erased:{secrets.token_hex(8)}"
        contact.name = contact.username = contact.picture_url = None
        contact.profile_checked_at = utcnow()
    erased = _erase_messages(talks)
    _erase_what_went_elsewhere(talks)
    comments = _erase_comments(gateway, meta_id)
    _close(talks)
    db.session.commit()
    found = {"contacts": len(contacts), "conversations": len(talks), "messages": erased}
    return found | {name: number for name, number in (("comments", comments), ("facts", facts)) if number}


def _erase_what_is_known(contacts: Sequence[int]) -> int:
    """How many facts that was."""
    for kind in (Reaction, Wording):
        db.session.execute(delete(kind).where(kind.contact_id.in_(contacts)))
    return _number(delete(Fact).where(Fact.contact_id.in_(contacts)))


def _erase_what_went_elsewhere(talks: Sequence[int]) -> None:
    """The files that were sent to the customer, and what a bot was told of them."""
    files = select(Part.upload_id).where(Part.conversation_id.in_(talks), Part.upload_id.is_not(None))
    _number(delete(Upload).where(Upload.id.in_(files)))
    told = update(BotCall).where(BotCall.conversation_id.in_(talks))
    _number(told.where(BotCall.state == "waiting").values(state="dropped"))
    _number(told.values(payload={}))


def _erase_messages(talks: Sequence[int]) -> int:
    nothing: dict[str, Any] = {
        "kind": "unsupported",
        "text": ERASED,
        "attachments": [],
        "payload": None,
        "referral": None,
        "mid": None,
        "reply_to_mid": None,
    }
    number = _number(update(Message).where(Message.conversation_id.in_(talks)).values(nothing))
    parts = update(Part).where(Part.conversation_id.in_(talks))
    _number(parts.where(Part.state.in_(("waiting", "held"))).values(state="failed", error=ERASED))
    _number(parts.values(text="", mid=None))
    return number


def _erase_comments(gateway: Gateway, meta_id: str) -> int:
    of_gateway = select(Page.id).where(Page.gateway_id == gateway.id)
    theirs = update(Comment).where(Comment.page_id.in_(of_gateway), Comment.author_id == meta_id)
    nothing = {"author_id": None, "author_name": None, "text": ERASED, "photo_url": None}
    return _number(theirs.values(nothing))


def _close(talks: Sequence[int]) -> None:
    """Whoever has one open sees that it changed."""
    theirs = update(Conversation).where(Conversation.id.in_(talks))
    _number(theirs.where(Conversation.closed_at.is_(None)).values(closed_at=utcnow()))
    _number(theirs.values(preview=ERASED, changes=Conversation.changes + 1))


def _number(change: UpdateBase) -> int:
    """Of the rows that it changed."""
    return int(db.session.execute(change.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
