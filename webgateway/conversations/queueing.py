"""A conversation waits for agents, is somebody's, goes on to others, goes back."""

from datetime import datetime, timedelta

from sqlalchemy import select

from ..db import db, utcnow
from ..queues import founding, idle
from ..queues.models import Agent, Queue
from ..users.models import User
from ..waking import wake
from . import bot_calls, offers
from .models import Conversation, Message
from .offers import Offer

SERVED = 2
"""Priority of whom somebody talked to already: before all whom a flow hands over (Agents.priority)."""
CLOSED = "This conversation is closed."
NOWHERE = "Choose a queue or an agent."
HAPPENED = ("handover", "queued", "assigned", "transferred", "reopened")
"""Kinds of notes on what happened to a conversation."""
SEEN_LATELY = timedelta(seconds=60)
"""A workspace that asked for no news for so long is closed."""


def hand_over(
    conversation: Conversation, queue: Queue, priority: int = 0, held_until: datetime | None = None
) -> None:
    """To the agents of a queue; offered not before `held_until`. The flow is done with it."""
    bot_calls.lose(conversation, "conversation.handed_over")
    conversation.queue, conversation.priority = queue, priority
    conversation.queued_at, conversation.held_until = utcnow(), held_until
    conversation.agent, conversation.part = None, None
    conversation.idle_at = None
    wake(Conversation.__tablename__)


def assign(conversation: Conversation, agent: User) -> None:
    """From now on it is this agent's; the flow is done with it, and it rings no more."""
    give(conversation, agent, offers.hold(conversation))


def give(conversation: Conversation, agent: User, offer: Offer | None) -> None:
    """The same, for who holds it with its `offer` already."""
    if offer is not None:
        offer.end("accepted" if offer.user_id == agent.id else "withdrawn")
    if conversation.agent_id == agent.id:
        return
    bot_calls.lose(conversation, "conversation.handed_over")
    if conversation.agent_id is None and conversation.queued_at is not None:
        conversation.waited_seconds += round((utcnow() - conversation.queued_at).total_seconds())
    idle.from_now(conversation.agent_id, agent.id)
    conversation.agent, conversation.assigned_at = agent, utcnow()
    conversation.part = conversation.held_until = None


def resume(conversation: Conversation, agent: User) -> None:
    """One that was closed is this agent's, or again so. Until it was closed the customer waited in the queue,
    if nobody had it; whoever had it has had a place free since then."""
    if conversation.agent_id is None and conversation.queued_at is not None:
        until = conversation.closed_at or utcnow()
        conversation.waited_seconds += max(0, round((until - conversation.queued_at).total_seconds()))
    idle.from_now(agent.id)
    conversation.agent, conversation.assigned_at = agent, utcnow()
    conversation.part = conversation.held_until = None


def release(*conversations: Conversation) -> None:
    """Back to their queues, where they wait anew, before those whom nobody has talked to."""
    idle.from_now(*{conversation.agent_id for conversation in conversations})
    homeless = {one.tenant_id for one in conversations if one.queue_id is None}
    general = {tenant_id: founding.general(tenant_id) for tenant_id in homeless}
    for conversation in conversations:
        conversation.agent, conversation.assigned_at = None, None
        conversation.queue = conversation.queue or general[conversation.tenant_id]
        conversation.queued_at, conversation.priority = utcnow(), SERVED
    wake(Conversation.__tablename__)


def transfer(
    conversation: Conversation,
    *,
    queue: Queue | None = None,
    agent: User | None = None,
    by: User,
    note: str = "",
) -> str | None:
    """To a queue, or to an agent, at whom it rings, and who may decline: then it waits in its queue. What
    stands against it, in words; None when it is done. `note` is for colleagues."""
    offer = offers.hold(conversation)
    problem = _obstacle(conversation, queue, agent)
    if problem:
        return problem
    if offer is not None:
        offer.end("withdrawn")
    bot_calls.lose(conversation, "conversation.handed_over")
    if conversation.agent_id is not None:
        release(conversation)
    conversation.queue = queue or conversation.queue or founding.general(conversation.tenant_id)
    conversation.queued_at = conversation.queued_at or utcnow()
    conversation.priority, conversation.part, conversation.held_until = SERVED, None, None
    if agent is not None:
        _ring(conversation, agent)
    name = agent.display_name if agent else conversation.queue.name
    tell(conversation, "transferred", f"{by.display_name} transferred this conversation to {name}.", by, note)
    wake(Conversation.__tablename__)
    return None


def tell(conversation: Conversation, kind: str, text: str, user: User | None = None, note: str = "") -> None:
    """A line in the conversation about who has it; `kind` is one of HAPPENED."""
    message = Message(
        conversation=conversation,
        page_id=conversation.page_id,
        author="note",
        kind=kind,
        user=user,
        text=f"{text}\n{note}" if note else text,
        occurred_at=max(utcnow(), conversation.last_message_at),
    )
    db.session.add(message)


def _obstacle(conversation: Conversation, queue: Queue | None, agent: User | None) -> str | None:
    if not conversation.is_open:
        return CLOSED
    if agent is None:
        return None if queue else NOWHERE
    if conversation.agent_id == agent.id:
        return f"{agent.display_name} has this conversation already."
    return None if _ready(agent) else f"{agent.display_name} is not ready. Choose somebody else, or a queue."


def _ready(user: User) -> bool:
    if not (user.active and user.may("conversations", "edit")):
        return False
    at_work = select(Agent.id).where(Agent.user_id == user.id, Agent.state == "ready")
    return db.session.scalar(at_work.where(Agent.seen_at > utcnow() - SEEN_LATELY)) is not None


def _ring(conversation: Conversation, agent: User) -> None:
    assert conversation.queue is not None
    db.session.flush()  # what rang is withdrawn before: one at a time
    db.session.add(Offer(**Offer.ringing(conversation.id, agent.id, conversation.queue, utcnow())))
