"""Customers who wait, what rings at whom, and an hour that passes."""

from datetime import timedelta

from tests import cast
from webgateway.conversations.models import Conversation, Message
from webgateway.conversations.offers import Offer
from webgateway.db import db, utcnow
from webgateway.pages.models import Page
from webgateway.queues.models import Agent, Queue
from webgateway.users.models import User
from webgateway.workspace import offering

_customers = iter(range(10**6))


def waits(on: Page, in_: Queue, minutes: float = 1, **values: object) -> Conversation:
    """A customer has waited for so long."""
    contact = cast.contact(on, meta_id=f"73920156{next(_customers)}")
    at = utcnow() - timedelta(minutes=minutes)
    return cast.conversation(contact, **{"queue": in_, "queued_at": at, **values})


def busy(on: Page, agent: User, number: int = 1) -> list[Conversation]:
    """They talk with so many customers."""
    return [
        cast.conversation(cast.contact(on, meta_id=f"73920157{next(_customers)}"), agent=agent)
        for _ in range(number)
    ]


def a_round() -> offering.Round | None:
    """What one look of the worker brings."""
    found = offering.claim()
    if found is not None:
        offering.work(found)
    db.session.expire_all()
    return found


def rings() -> dict[int, str]:
    """At whom each conversation rings now."""
    found = db.session.scalars(db.select(Offer).where(Offer.outcome == "ringing"))
    return {offer.conversation_id: offer.user.name for offer in found}


def ringing(conversation: Conversation) -> Offer:
    query = db.select(Offer).where(Offer.conversation_id == conversation.id, Offer.outcome == "ringing")
    return db.session.scalars(query).one()


def outcomes(conversation: Conversation) -> list[tuple[str, str]]:
    """Who was asked, and what they did, in their order."""
    query = db.select(Offer).where(Offer.conversation_id == conversation.id).order_by(Offer.id)
    return [(offer.user.name, offer.outcome) for offer in db.session.scalars(query)]


def passes(**time: float) -> None:
    """So much time: all that is written down moves into the past, and workspaces stay open."""
    past = timedelta(**time)
    for offer in db.session.scalars(db.select(Offer)):
        offer.offered_at, offer.expires_at = offer.offered_at - past, offer.expires_at - past
        offer.answered_at = offer.answered_at and offer.answered_at - past
    for note in db.session.scalars(db.select(Message).where(Message.author == "note")):
        note.occurred_at -= past
    db.session.commit()


def agent_of(user: User) -> Agent:
    return db.session.scalars(db.select(Agent).where(Agent.user_id == user.id)).one()


def notes(conversation: Conversation) -> list[str]:
    of_it = db.select(Message.text).where(Message.conversation_id == conversation.id)
    return list(db.session.scalars(of_it.where(Message.author == "note").order_by(Message.id)))
