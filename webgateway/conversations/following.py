"""What a running conversation does."""

from ..queues import founding
from . import queueing
from .models import Conversation


def leave_bot(conversation: Conversation) -> None:
    """Its bot handed over, failed or said nothing: to the agents."""
    queueing.hand_over(conversation, founding.general(conversation.tenant_id))
