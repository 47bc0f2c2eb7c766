"""The address of the workspace, and the conversations and offers that stand in it."""

from functools import cache

from flask import Blueprint
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from ..conversations import finding
from ..conversations.models import Conversation
from ..conversations.offers import Offer
from ..db import find_or_404
from ..users.rights import signed_in

blueprint = Blueprint("workspace", __name__, url_prefix="/workspace")

AT_THE_DESK = (Conversation.queue, Conversation.agent)
"""What the workspace shows of a conversation beside what is shown everywhere."""


def find(conversation_id: int, to_write: bool = False) -> Conversation:
    return finding.find(conversation_id, to_write, AT_THE_DESK)


def find_offer(offer_id: int) -> Offer:
    """One that was made to whoever asks. It may ring no more. Of its conversation only the id: whoever holds
    it reads it anew."""
    found: Offer = find_or_404(_mine(), {"offer": offer_id, "user": signed_in().id})
    return found


@cache
def _mine() -> Select[Offer]:
    mine = select(Offer).where(Offer.id == bindparam("offer"), Offer.user_id == bindparam("user"))
    return mine.options(joinedload(Offer.conversation).load_only(Conversation.id))
