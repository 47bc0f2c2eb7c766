"""The end of a conversation, and how it goes on after that."""

from sqlalchemy.exc import IntegrityError

from ..db import db, utcnow
from ..users.models import User
from . import bot_calls, composer, loads, offers, queueing, saying, turns
from .models import Conversation
from .reasons import ClosingReason

NOT_REOPENED = "This conversation was not reopened"
OPEN = "This conversation is open."
FOLLOWED = "The customer has written again. Go on in the conversation that is open now."
ENDERS = {"agent": "Somebody who is no longer here", "bot": "A bot", "idle": "A long silence"}


def close(
    conversation: Conversation,
    user: User | None = None,
    how: str | None = None,
    reason: ClosingReason | None = None,
) -> None:
    """With the flow's closing message where one may still write. `how` is agent, flow, bot or idle; without
    it the first where a user does it. A second time changes nothing."""
    if not conversation.is_open:
        return
    bot_calls.lose(conversation, "conversation.closed")
    farewell = conversation.does.closing_message
    if farewell and composer.lock(conversation) is None:
        saying.say(conversation, farewell)
    conversation.closed_at = utcnow()
    conversation.closed_by, conversation.closed_how = user, how or ("agent" if user else "flow")
    conversation.closing_reason = reason
    conversation.part = conversation.idle_at = None
    offers.withdraw(conversation)


def reopen(conversation: Conversation, user: User) -> str | None:
    """It goes on, as this user's; what stands against it, in words. A second time changes nothing. A message
    of the customer's that comes in the same moment opens a new one, or comes into this one."""
    offers.hold(conversation)
    if conversation.is_open and conversation.agent_id == user.id:
        return None
    obstacle = obstacle_to_reopening(conversation, user) or loads.full(user)
    if obstacle:
        return obstacle
    try:
        with db.session.begin_nested():
            _reopen(conversation, user)
    except IntegrityError:
        return FOLLOWED
    return None


def obstacle_to_reopening(conversation: Conversation, user: User | None = None) -> str | None:
    """In words: it is open, the customer is in another one by now, or they could not be written to. Who has
    it at Meta does not matter: `user` can take it over then."""
    if conversation.is_open:
        return OPEN
    if composer.follower_of(conversation) is not None:
        return FOLLOWED
    lock = composer.out_of_reach(conversation, user)
    return f"{lock.reason} {lock.remedy}" if lock else None


def _reopen(conversation: Conversation, user: User) -> None:
    before = _ended(conversation)
    queueing.resume(conversation, user)
    conversation.closed_at = conversation.closed_by = conversation.closed_how = None
    conversation.closing_reason = None
    conversation.reopened_at = utcnow()
    turns.wait(conversation)
    queueing.tell(conversation, "reopened", f"{user.display_name} reopened this conversation. {before}", user)


def _ended(conversation: Conversation) -> str:
    """Which the conversation itself forgets when it goes on."""
    who = conversation.closed_by.display_name if conversation.closed_by else None
    why = f": {conversation.closing_reason.name}" if conversation.closing_reason else ""
    return f"{who or ENDERS.get(conversation.closed_how or '', 'The flow')} had closed it{why}."
