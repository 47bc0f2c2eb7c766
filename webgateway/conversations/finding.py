"""A conversation of the tenant of whoever asks, with what is shown of it."""

from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from ..db import find_or_404, looking, staying
from ..flows.models import Flow, FlowVersion
from ..gateways.models import Gateway
from ..pages.models import Page
from ..queues.models import Queue
from ..users.models import User
from ..users.rights import current_tenant
from .models import Conversation

BELONGS_TO = ("contact", "page", "flow", "flow_version", "closed_by", "queue", "agent")
SHOWN = (Conversation.contact, Conversation.flow, Conversation.closed_by)
FEW: dict[type, tuple[Any, ...]] = {
    Flow: (Flow.name,),
    FlowVersion: (FlowVersion.definition,),
    Queue: (Queue.name,),
    User: (User.name, User.email),
}
"""The columns of what is only named: each one costs, whoever looks."""
OF_PAGE = (
    *(Page.gateway_id, Page.tenant_id, Page.meta_id, Page.name, Page.picture_url, Page.removed_at),
    *(Page.problem, Page.instagram_problem, Page.sends_paused_until),
)
OF_GATEWAY = (
    *(Gateway.tenant_id, Gateway.name, Gateway.enabled, Gateway.deleted_at, Gateway.calls_paused_until),
    *(Gateway.human_agent, Gateway.human_agent_refused_at),
)


def find(
    conversation_id: int, to_write: bool = False, more: tuple[InstrumentedAttribute[Any], ...] = ()
) -> Conversation:
    """`to_write`: it is held, and its flow has a say. `more` is shown of it too."""
    asked = {"tenant": current_tenant.id, "conversation": conversation_id}
    found: Conversation
    if not to_write:
        found = find_or_404(_shown(more), asked)
        return found
    with looking():
        found = find_or_404(_shown((*more, Conversation.flow_version)), asked)
    hold(found)
    return found


def hold(conversation: Conversation) -> None:
    """Two who do something to one conversation take turns: it is read anew, as it is now, and what belongs
    to it only where that is another one by now. On SQLite nobody else can write from here on, so that what
    can be looked up is looked up before."""
    asked = {"tenant": conversation.tenant_id, "conversation": conversation.id}
    with staying(conversation, *BELONGS_TO):
        find_or_404(_turn(), asked)


@cache
def _one() -> Any:
    """Made once, as what is made of it: a conversation is looked up all day."""
    of_tenant = Conversation.tenant_id == bindparam("tenant")
    return select(Conversation).where(of_tenant, Conversation.id == bindparam("conversation"))


@cache
def _turn() -> Any:
    return _one().with_for_update().execution_options(populate_existing=True)


@cache
def _shown(more: tuple[InstrumentedAttribute[Any], ...]) -> Any:
    page = joinedload(Conversation.page).load_only(*OF_PAGE)
    gateway = joinedload(Conversation.page).joinedload(Page.gateway).load_only(*OF_GATEWAY)
    return _one().options(page, gateway, *map(_joined, (*SHOWN, *more)))


def _joined(attribute: InstrumentedAttribute[Any]) -> Any:
    joined = joinedload(attribute)
    few = FEW.get(attribute.property.mapper.class_)
    return joined.load_only(*few) if few else joined
