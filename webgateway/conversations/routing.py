"""Which flow a conversation follows: the one its link or ad leads to, else its gateway's."""

from sqlalchemy import exists, select

from ..db import db
from ..meta.events import Event
from ..pages.models import Page
from .models import Conversation, Message
from .talks import Talks


def lead(conversation: Conversation, event: Event, page: Page, talks: Talks) -> bool:
    """Whether an open conversation goes over to the flow of its newest link, until somebody has answered or
    an agent has it."""
    flow = talks.led_to(page, event)
    if flow is None or conversation.flow is flow or conversation.agent_id is not None:
        return False
    if _answered(conversation):
        return False
    conversation.flow, conversation.flow_version = flow, flow.live
    return True


def _answered(conversation: Conversation) -> bool:
    if conversation.answered_at is not None:
        return True
    by_a_person = Message.author.in_(("agent", "page"))
    return bool(
        db.session.scalar(select(exists().where(Message.conversation_id == conversation.id, by_a_person)))
    )
