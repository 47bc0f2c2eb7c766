"""A conversation of the tenant of whoever asks, with what is shown of it."""

from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from ..db import db, find_or_404
from ..gateways.models import Gateway
from ..pages.models import Page
from ..users.rights import current_tenant
from .models import Conversation

SHOWN = (Conversation.contact, Conversation.flow, Conversation.closed_by)


def find(
    conversation_id: int, to_write: bool = False, more: tuple[InstrumentedAttribute[Any], ...] = ()
) -> Conversation:
    """`to_write`: two who do something to one conversation take turns, and its flow has a say. `more` is
    shown of it too."""
    asked = {"tenant": current_tenant.id, "conversation": conversation_id}
    if to_write:
        # Alone: what is joined would be as it was before its turn came.
        db.session.execute(_turn(), asked)
        more = (*more, Conversation.flow_version)
    found: Conversation = find_or_404(_shown(more), asked)
    return found


@cache
def _one() -> Any:
    """Made once, as what is made of it: a conversation is looked up all day."""
    of_tenant = Conversation.tenant_id == bindparam("tenant")
    return select(Conversation).where(of_tenant, Conversation.id == bindparam("conversation"))


@cache
def _turn() -> Any:
    return _one().with_only_columns(Conversation.id).with_for_update()


@cache
def _shown(more: tuple[InstrumentedAttribute[Any], ...]) -> Any:
    gateway = joinedload(Conversation.page).joinedload(Page.gateway)
    return _one().options(gateway.options(*Gateway.without_secrets()), *map(joinedload, (*SHOWN, *more)))
