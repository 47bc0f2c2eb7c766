"""A conversation of the tenant of whoever asks, with what is shown of it."""

from typing import Any

from sqlalchemy.orm import InstrumentedAttribute, joinedload

from ..db import db, find_or_404
from ..pages.models import Page
from ..users.rights import current_tenant
from .models import Conversation

SHOWN = (Conversation.contact, Conversation.flow, Conversation.closed_by)


def find(
    conversation_id: int, to_write: bool = False, more: tuple[InstrumentedAttribute[Any], ...] = ()
) -> Conversation:
    """`to_write`: two who do something to one conversation take turns. `more` is shown of it too."""
    query = Conversation.of(current_tenant).where(Conversation.id == conversation_id)
    if to_write:
        # Alone: what is joined would be as it was before its turn came.
        db.session.execute(query.with_only_columns(Conversation.id).with_for_update())
    query = query.options(
        joinedload(Conversation.page).joinedload(Page.gateway), *map(joinedload, (*SHOWN, *more))
    )
    found: Conversation = find_or_404(query)
    return found
