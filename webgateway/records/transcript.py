"""Conversations in full, as they are shown and exported: what is known of each, and what was said in it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ..conversations import attachments, authors, delivery
from ..conversations.facts import Fact
from ..conversations.models import Conversation, Message, Part
from ..conversations.queueing import HAPPENED
from ..db import db
from ..gateways.models import Gateway
from ..pages.models import Page
from ..users.models import User
from . import rows
from .search import HOW

WITH_ALL = (
    joinedload(Conversation.contact),
    joinedload(Conversation.page).joinedload(Page.gateway).load_only(Gateway.name),
    joinedload(Conversation.flow),
    joinedload(Conversation.flow_version),
    joinedload(Conversation.queue),
    joinedload(Conversation.agent),
    joinedload(Conversation.closed_by),
    joinedload(Conversation.closing_reason),
)


def told(ids: Sequence[int], zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """The conversations in this order, each with its `messages`; times are ISO, in the zone."""
    query = select(Conversation).where(Conversation.id.in_(ids)).options(*WITH_ALL)
    talks = {talk.id: talk for talk in db.session.scalars(query)}
    said = _said(ids)
    known = facts([talk.contact_id for talk in talks.values()])
    for talk in (talks[one] for one in ids if one in talks):
        lines = [line(message, talk, zone) for message in said.get(talk.id, [])]
        yield {**head(talk, known.get(talk.contact_id, []), zone), "messages": lines}


def head(talk: Conversation, known: list[Fact], zone: ZoneInfo) -> dict[str, Any]:
    contact, answer = talk.contact, rows.first_answer(talk)
    return {
        "conversation": talk.id,
        "gateway": talk.page.gateway.name,
        "page": talk.page.name,
        "channel": talk.channel,
        "customer": contact.display_name,
        "username": contact.username,
        "email": [fact.value for fact in known if fact.kind == "email"],
        "phone": [fact.value for fact in known if fact.kind == "phone"],
        "opened_at": moment(talk.opened_at, zone),
        "closed_at": moment(talk.closed_at, zone),
        "ended": how_ended(talk),
        "closed_by": talk.closed_by.display_name if talk.closed_by else None,
        "closing_reason": talk.closing_reason.name if talk.closing_reason else None,
        "flow": talk.flow.name if talk.flow else None,
        "flow_version": talk.flow_version.number if talk.flow_version else None,
        "queue": talk.queue.name if talk.queue else None,
        "agent": talk.agent.display_name if talk.agent else None,
        "waited_seconds": talk.waited_seconds if talk.queued_at else None,
        "first_answer_seconds": seconds(answer),
        "lasted_seconds": seconds(talk.closed_at - talk.opened_at if talk.closed_at else None),
        "offline": talk.offline_at is not None,
    }


def line(message: Message, talk: Conversation, zone: ZoneInfo) -> dict[str, Any]:
    sent = delivery.of(message) if message.parts else None
    return {
        "at": moment(message.occurred_at, zone),
        "author": message.author,
        "name": author(message, talk),
        "kind": message.kind,
        "text": message.text,
        "attachments": [*_uploads(message), *map(_attachment, message.attachments)],
        "state": sent.text if sent else None,
    }


def author(message: Message, talk: Conversation) -> str:
    if message.author == "note" and message.user is None:
        return "" if message.kind in HAPPENED else talk.contact.display_name
    if message.author == "customer":
        return talk.contact.display_name
    if message.author in ("flow", "bot"):
        return message.author.title()
    if message.author == "page":
        return authors.elsewhere(message)
    return message.user.display_name if message.user else "Somebody who is no longer here"


def how_ended(talk: Conversation) -> str | None:
    if talk.is_open:
        return None
    return HOW.get(talk.closed_how or "", "Closed")


def facts(contact_ids: Sequence[int]) -> dict[int, list[Fact]]:
    """What was gathered of each contact, the first first."""
    known: dict[int, list[Fact]] = {}
    query = select(Fact).where(Fact.contact_id.in_(contact_ids)).order_by(Fact.gathered_at, Fact.id)
    for fact in db.session.scalars(query):
        known.setdefault(fact.contact_id, []).append(fact)
    return known


def moment(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None


def seconds(length: timedelta | None) -> int | None:
    return None if length is None else round(length.total_seconds())


def _said(ids: Sequence[int]) -> dict[int, list[Message]]:
    said: dict[int, list[Message]] = {}
    query = select(Message).where(Message.conversation_id.in_(ids))
    query = query.order_by(Message.conversation_id, Message.occurred_at, Message.id)
    query = query.options(
        selectinload(Message.parts).joinedload(Part.upload),
        joinedload(Message.user).load_only(User.name, User.email),
    )
    for message in db.session.scalars(query):
        said.setdefault(message.conversation_id or 0, []).append(message)
    return said


def _uploads(message: Message) -> list[str]:
    return [part.upload.name for part in message.parts if part.upload is not None]


def _attachment(one: dict[str, Any]) -> str:
    words = (attachments.word(one), one.get("title"), one.get("url"))
    # JSON holds half of a pair of surrogates, files do not.
    return " ".join(word for word in words if word).encode(errors="replace").decode()
