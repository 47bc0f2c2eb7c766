"""What the tests of incoming events look at."""

from typing import Any

from sqlalchemy import select

from tests.deliveries import NOON, PAGE, PETER
from webgateway.conversations.models import Conversation, Message
from webgateway.db import db, utcnow
from webgateway.journal.models import Event

INSTAGRAM = "17841400000000042"


def item(at: int = NOON, **members: Any) -> dict[str, Any]:
    return {"sender": {"id": PETER}, "recipient": {"id": PAGE}, "timestamp": at, **members}


def messages() -> list[Message]:
    return list(db.session.scalars(select(Message).order_by(Message.occurred_at, Message.id)))


def conversation() -> Conversation:
    """The only one there is."""
    return db.session.scalars(select(Conversation)).one()


def close() -> Conversation:
    closed = conversation()
    closed.closed_at = utcnow()
    db.session.commit()
    return closed


def events() -> list[Event]:
    return list(db.session.scalars(select(Event).order_by(Event.id)))


def last_event() -> Event:
    return events()[-1]
