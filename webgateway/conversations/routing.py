"""Which flow a conversation follows: the one its link or ad leads to, else its gateway's."""

from sqlalchemy import exists, select

from ..db import db
from ..meta.events import Event
from ..pages.models import Page
from . import bot_calls, turns
from .models import Conversation, Message
from .talks import Talks


def lead(conversation: Conversation, event: Event, page: Page, talks: Talks) -> bool:
    """Whether an open conversation goes over to the flow of its newest link, until somebody has answered or
    an agent has it. Not what has begun and is silent: nobody would begin the other flow."""
    flow = talks.led_to(page, event)
    if flow is None or conversation.flow is flow or conversation.agent_id is not None:
        return False
    begun = conversation.greeted_at is not None
    if (begun and turns.silent(conversation)) or _answered(conversation):
        return False
    bot_calls.lose(conversation, "conversation.handed_over")
    conversation.flow, conversation.flow_version, conversation.part = flow, flow.live, None
    return True


def _answered(conversation: Conversation) -> bool:
    if conversation.answered_at is not None:
        return True
    by_a_person = Message.author.in_(("agent", "page"))
    return bool(
        db.session.scalar(select(exists().where(Message.conversation_id == conversation.id, by_a_person)))
    )
