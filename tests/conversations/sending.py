"""What the tests of sending share: an answer written, a sender's step, Meta's refusals."""

from datetime import timedelta
from typing import Any

from tests import cast
from webgateway.conversations import outgoing
from webgateway.conversations.models import Conversation, Message, Part
from webgateway.db import db, utcnow
from webgateway.gateways.models import Gateway
from webgateway.pages.models import Page

SEND = "http://127.0.0.1:9/v26.0/102938475610293/messages"


def write(talk: Conversation, text: str = "Hello Peter") -> Message:
    message = outgoing.write(talk, text, "agent", cast.person("Gail"))
    db.session.commit()
    return message


def send() -> Part | None:
    """One step of one sender."""
    job = outgoing.claim()
    if job is None:
        return None
    outgoing.work(job)
    db.session.expire_all()
    return db.session.get_one(Part, job)


def refusal(
    code: int, subcode: int | None = None, message: str = "words", status: int = 400
) -> dict[str, Any]:
    """For requests_mock."""
    error = {"message": message, "type": "OAuthException", "code": code}
    return {"status_code": status, "json": {"error": error | ({"error_subcode": subcode} if subcode else {})}}


def let_pass(message: Message, **passed: float) -> None:
    """So much earlier the customer wrote, we answered, and Meta asked for its pauses."""
    earlier = timedelta(**passed)
    message.conversation.customer_wrote_at -= earlier
    for part in message.parts:
        part.next_try_at -= earlier
    page = message.conversation.page
    for owner, pause in ((page, "sends_paused_until"), (page.gateway, "calls_paused_until")):
        if getattr(owner, pause):
            setattr(owner, pause, getattr(owner, pause) - earlier)
    db.session.commit()


def pauses() -> tuple[timedelta | None, timedelta | None]:
    """How long the page and the app still pause."""
    db.session.expire_all()
    page, gateway = db.session.query(Page).first(), db.session.query(Gateway).first()
    ends = (page.sends_paused_until, gateway.calls_paused_until)
    now = utcnow()
    return tuple(end - now if end and end > now else None for end in ends)  # type: ignore[return-value]
