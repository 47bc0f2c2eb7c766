"""Answers between 24 hours and 7 days after the customer wrote: a person's only, with the tag HUMAN_AGENT,
and only of an app that Meta has approved for it. Contract 7.4."""

from sqlalchemy import ColumnElement, and_

from ..db import utcnow
from ..gateways.models import Gateway
from ..meta import messages
from ..meta.errors import GraphError
from .models import Conversation, Message, Part


def possible(conversation: Conversation) -> bool:
    """For a person who answers now."""
    window = messages.window(conversation.customer_wrote_at, utcnow())
    return window == "human_agent" and conversation.page.gateway.may_answer_late


def allowed(part: Part) -> bool:
    """Never for a flow or a bot."""
    return part.message.author == "agent" and part.page.gateway.may_answer_late


def condition() -> ColumnElement[bool]:
    """The same, of a query of parts with their messages and gateways."""
    approved = and_(Gateway.human_agent, Gateway.human_agent_refused_at.is_(None))
    return and_(Message.author == "agent", approved)


def needed(part: Part) -> bool:
    conversation = part.conversation
    return allowed(part) and messages.window(conversation.customer_wrote_at, utcnow()) != "open"


def refused(part: Part, error: GraphError) -> None:
    """Meta says that the app has no approval: nobody tries again until an administrator says it has."""
    if error.lacks_human_agent:
        part.page.gateway.human_agent_refused_at = utcnow()
