"""What an agent does about a conversation that rings or waits. Two at once go one after another: each holds
the conversation first."""

from sqlalchemy import select

from ..conversations import offers, queueing
from ..conversations.models import Conversation
from ..conversations.offers import Offer
from ..conversations.queueing import CLOSED
from ..db import db
from ..queues.models import Agent
from ..users.models import User
from ..views import count
from ..waking import wake
from . import agents

GONE = {
    "expired": "It rang too long and went on to somebody else.",
    "declined": "You have declined this conversation.",
    "withdrawn": "Somebody else has this conversation by now, or it was closed.",
    "accepted": "Somebody else has this conversation by now.",
}


def accept(offer: Offer) -> str | None:
    """The conversation is its agent's; why it is not, in words. Twice changes nothing."""
    conversation = offer.conversation
    ringing = offers.hold(conversation)
    db.session.refresh(offer)
    if ringing is not offer:
        mine = offer.outcome == "accepted" and conversation.agent_id == offer.user_id
        return None if mine else GONE[offer.outcome]
    if not conversation.is_open:
        offer.end("withdrawn")
        return CLOSED
    _assign(conversation, offer.user)
    return None


def decline(offer: Offer) -> None:
    """It goes on to the next agent. Nothing when it rings no more."""
    ringing = offers.hold(offer.conversation)
    db.session.refresh(offer)
    if ringing is offer:
        offer.end("declined")
        wake(Conversation.__tablename__)


def take(conversation: Conversation, user: User) -> str | None:
    """By hand, one that nobody has, from whatever queue; why it is not theirs, in words."""
    agent = agents.of(user)
    ringing = offers.hold(conversation)
    if not conversation.is_open:
        return CLOSED
    if conversation.agent_id == user.id:
        return None
    if conversation.agent is not None:
        return f"{conversation.agent.display_name} has this conversation already."
    if ringing is None or ringing.user_id != user.id:
        full = _full(agent)
        if full:
            return full
    _assign(conversation, user)
    return None


def _full(agent: Agent) -> str | None:
    """Locked, so that who takes two at once does not get more than they may."""
    locked = select(Agent.most).where(Agent.id == agent.id).with_for_update(key_share=True)
    most = db.session.scalar(locked) or 0
    if agents.load(agent.user) < most:
        return None
    return f"You have {count(most, 'conversation')}, as many as you take at the same time. Close one first."


def _assign(conversation: Conversation, user: User) -> None:
    queueing.assign(conversation, user)
    queueing.tell(conversation, "assigned", f"{user.display_name} has this conversation now.", user)
