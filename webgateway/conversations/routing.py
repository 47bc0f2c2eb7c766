"""Which flow a conversation follows: the one its link or ad leads to, else its gateway's."""

from sqlalchemy import exists, select

from ..db import db
from ..meta.events import Event
from ..pages.models import Page
from .models import Conversation, Message
from .talks import Talks


def lead(conversation: Conversation, event: Event, page: Page, talks: Talks) -> None:
    """An open conversation goes over to the flow of its newest link, until somebody has answered."""
    flow = talks.led_to(page, event)
    if flow is not None and conversation.flow is not flow and not _answered(conversation):
        conversation.flow, conversation.flow_version = flow, flow.live


def _answered(conversation: Conversation) -> bool:
    by_a_person = Message.author.in_(("agent", "page"))
    return bool(
        db.session.scalar(select(exists().where(Message.conversation_id == conversation.id, by_a_person)))
    )
