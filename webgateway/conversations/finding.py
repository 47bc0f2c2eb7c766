"""A conversation of the tenant of whoever asks, with what is shown of it."""

from typing import Any

from sqlalchemy.orm import InstrumentedAttribute, joinedload, selectinload

from ..db import find_or_404
from ..pages.models import Page
from ..users.rights import current_tenant
from .models import Conversation

SHOWN = (Conversation.contact, Conversation.flow, Conversation.closed_by)


def find(
    conversation_id: int, to_write: bool = False, more: tuple[InstrumentedAttribute[Any], ...] = ()
) -> Conversation:
    """`to_write`: two who do something to one conversation take turns. `more` is shown of it too."""
    query = Conversation.of(current_tenant).where(Conversation.id == conversation_id)
    load = selectinload if to_write else joinedload
    query = query.options(
        load(Conversation.page).joinedload(Page.gateway), *(load(one) for one in (*SHOWN, *more))
    )
    found: Conversation = find_or_404(query.with_for_update() if to_write else query)
    return found
