"""Records: conversations as they were, searched, and each in full."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from .. import htmx
from ..conversations import delivery, showing, thread
from ..conversations.models import Conversation, Message
from ..conversations.offers import Offer
from ..conversations.reasons import ClosingReason
from ..db import db, find_or_404
from ..fields import whole
from ..flows.models import Flow
from ..gateways.models import Gateway
from ..listing import menu
from ..pages.models import Page
from ..queues.models import Queue
from ..users import zone
from ..users.rights import current_tenant, needs
from . import exporting, lengths, people, transcript
from .rows import SORTED, Rows
from .search import HOW, SIZES, STATES, Search

blueprint = Blueprint("records", __name__, url_prefix="/records")

SHOWN = 500
OUTCOMES = {
    "ringing": "Rings",
    "accepted": "Accepted",
    "declined": "Declined",
    "expired": "Nobody answered",
    "withdrawn": "Taken back",
}
SOURCES = {
    "quick_reply": "by quick reply",
    "text": "typed when asked",
    "agent": "written down by an agent",
    "bot": "by a bot",
}
KINDS = {"email": "E-mail", "phone": "Telephone"}


@blueprint.app_context_processor
def words() -> dict[str, Any]:
    return {"length": lengths.words}


@blueprint.get("/")
@needs("records", "read")
def index() -> ResponseReturnValue:
    search = Search(current_tenant, request.args, zone.viewers())
    context: dict[str, Any] = {"search": search, "view": Rows(search), "sizes": SIZES, "most": exporting.MOST}
    context |= {"sorted_among": SORTED, "how_ended": transcript.how_ended, "author_of": transcript.author}
    if not htmx.wants_fragment():
        context |= {"menus": _menus(search), "states": STATES, "hows": HOW}
    if not context["view"].records and not search.narrowed:
        context["ever"] = db.session.scalar(select(exists(Conversation.of(current_tenant))))
    return htmx.render("records/index.html", "records/_list.html", **context)


@blueprint.get("/<int:conversation_id>")
@needs("records", "read")
def show(conversation_id: int) -> ResponseReturnValue:
    talk = find(conversation_id)
    first_id = request.args.get("first", type=whole)
    shown = request.args.get("shown", SHOWN, type=whole)
    said = thread.Thread(talk, max(shown, thread.length_from(talk, first_id) if first_id else 0))
    return htmx.render(
        "records/show.html",
        "records/_transcript.html",
        conversation=talk,
        thread=said,
        known=transcript.facts([talk.contact_id]).get(talk.contact_id, []),
        offers=_offers(talk),
        messages=_count(talk),
        how=transcript.how_ended(talk),
        delivery_of=_delivery,
        **showing.of(talk),
        outcomes=OUTCOMES,
        sources=SOURCES,
        kinds=KINDS,
    )


def find(conversation_id: int) -> Conversation:
    query = Conversation.of(current_tenant).where(Conversation.id == conversation_id)
    found: Conversation = find_or_404(query.options(*transcript.WITH_ALL))
    return found


def _delivery(message: Message) -> delivery.Delivery | None:
    """What became of it; what could be done about it is for the conversation's own page."""
    told = delivery.of(message)
    return replace(told, again=False, unclear=False) if told else None


def _offers(talk: Conversation) -> list[Offer]:
    query = select(Offer).where(Offer.conversation_id == talk.id).order_by(Offer.offered_at, Offer.id)
    return list(db.session.scalars(query.options(joinedload(Offer.user), joinedload(Offer.queue))))


def _count(talk: Conversation) -> int:
    said = select(func.count()).where(Message.conversation_id == talk.id, Message.author != "note")
    return db.session.scalar(said) or 0


def _menus(search: Search) -> list[tuple[str, str, str, list[Any]]]:
    """Name, label, word for all, and ids with names."""
    ids = search.ids
    return [
        ("page_id", "Page", "All pages", menu(Page.of(current_tenant), ids["page_id"])),
        (
            "gateway_id",
            "Chat gateway",
            "All chat gateways",
            menu(Gateway.of(current_tenant), ids["gateway_id"]),
        ),
        ("flow_id", "Flow", "All flows", menu(Flow.of(current_tenant), ids["flow_id"])),
        ("queue_id", "Queue", "All queues", menu(Queue.of(current_tenant), ids["queue_id"])),
        ("agent_id", "Agent", "All agents", people.of(search.tenant_id)),
        (
            "reason_id",
            "Closing reason",
            "All reasons",
            menu(ClosingReason.of(current_tenant), ids["reason_id"]),
        ),
    ]
