"""The address of the workspace, and the conversations and offers that stand in it."""

from flask import Blueprint
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ..conversations.models import Conversation
from ..conversations.offers import Offer
from ..db import find_or_404
from ..pages.models import Page
from ..users.rights import current_tenant, signed_in

blueprint = Blueprint("workspace", __name__, url_prefix="/workspace")


def find(conversation_id: int, to_write: bool = False) -> Conversation:
    """`to_write`: two who do something to one conversation go one after another."""
    query = Conversation.of(current_tenant).where(Conversation.id == conversation_id)
    load = selectinload if to_write else joinedload
    query = query.options(
        load(Conversation.page).joinedload(Page.gateway),
        load(Conversation.contact),
        load(Conversation.flow),
        load(Conversation.flow_version),
        load(Conversation.queue),
        load(Conversation.agent),
        load(Conversation.closed_by),
    )
    found: Conversation = find_or_404(query.with_for_update() if to_write else query)
    return found


def find_offer(offer_id: int) -> Offer:
    """One that was made to whoever asks. It may ring no more."""
    mine = select(Offer).where(Offer.id == offer_id, Offer.user_id == signed_in().id)
    found: Offer = find_or_404(mine.options(joinedload(Offer.conversation)))
    return found
