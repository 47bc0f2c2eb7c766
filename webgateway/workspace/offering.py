"""Offers are accepted or declined, and waiting conversations taken by hand."""

from ..conversations import queueing
from ..conversations.models import Conversation
from ..conversations.offers import Offer
from ..db import utcnow
from ..users.models import User


def accept(offer: Offer) -> bool:
    """False when it rings no more."""
    if offer.outcome != "ringing":
        return False
    offer.outcome, offer.answered_at = "accepted", utcnow()
    queueing.assign(offer.conversation, offer.user)
    return True


def decline(offer: Offer) -> bool:
    if offer.outcome != "ringing":
        return False
    offer.outcome, offer.answered_at = "declined", utcnow()
    return True


def take(conversation: Conversation, user: User) -> bool:
    """By hand. False when it is somebody's already, or closed."""
    if conversation.agent_id is not None or not conversation.is_open:
        return False
    queueing.assign(conversation, user)
    return True
