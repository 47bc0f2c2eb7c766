"""What an agent does about a conversation that rings or waits. Two at once go one after another: each holds
the conversation first."""

from ..conversations import loads, offers, queueing
from ..conversations.models import Conversation
from ..conversations.offers import Offer
from ..conversations.queueing import CLOSED
from ..db import db
from ..users.models import User
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
    if ringing is not offer:
        db.session.refresh(offer)
        mine = offer.outcome == "accepted" and conversation.agent_id == offer.user_id
        return None if mine else GONE[offer.outcome]
    if not conversation.is_open:
        offer.end("withdrawn")
        return CLOSED
    _assign(conversation, offer.user, offer)
    return None


def decline(offer: Offer) -> None:
    """It goes on to the next agent. Nothing when it rings no more."""
    if offers.hold(offer.conversation) is offer:
        offer.end("declined")
        wake(Conversation.__tablename__)


def take(conversation: Conversation, user: User) -> str | None:
    """By hand, one that nobody has, from whatever queue; why it is not theirs, in words."""
    agents.of(user)
    ringing = offers.hold(conversation)
    if not conversation.is_open:
        return CLOSED
    if conversation.agent_id == user.id:
        return None
    if conversation.agent is not None:
        return f"{conversation.agent.display_name} has this conversation already."
    if ringing is None or ringing.user_id != user.id:
        problem = loads.full(user)
        if problem:
            return problem
    _assign(conversation, user, ringing)
    return None


def _assign(conversation: Conversation, user: User, ringing: Offer | None) -> None:
    queueing.give(conversation, user, ringing)
    queueing.tell(conversation, "assigned", f"{user.display_name} has this conversation now.", user)
