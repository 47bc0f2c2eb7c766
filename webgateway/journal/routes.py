"""The journal: what Meta delivered, what became of it, and replay."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload, load_only

from .. import htmx
from ..db import db, utcnow
from ..gateways.models import Gateway
from ..listing import View, menu
from ..users.rights import current_tenant, needs
from . import alarms, raw, replay, words
from .models import OUTCOMES, Delivery, Event
from .search import MOST, Search

blueprint = Blueprint("journal", __name__, url_prefix="/journal")
alarms.init_app(blueprint)

RECENT = timedelta(hours=24)
WORDS: dict[str, Any] = {
    "outcomes": OUTCOMES,
    "kinds": words.KINDS,
    "tones": words.TONES,
    "signatures": words.SIGNATURES,
    "states": words.DELIVERIES,
}


@blueprint.get("/")
@needs("journal", "read")
def index() -> ResponseReturnValue:
    search = Search(current_tenant, request.args)
    view = View(search.events, {"id": Event.id}, "-id", filters=("gateway", "outcome", "live"), most=MOST)
    context: dict[str, Any] = {
        "view": view,
        "search": search,
        "unread": search.unread if view.page == 1 else [],
    }
    if not htmx.wants_fragment():
        # With more than the menu can hold, the gateway's own page leads here.
        gateways = menu(Gateway.of(current_tenant), search.gateway_id)
        context |= {"gateways": gateways, "refused": _refused()}
    return htmx.render("journal/index.html", "journal/_list.html", **context, **WORDS)


@blueprint.get("/<int:delivery_id>")
@needs("journal", "read")
def show(delivery_id: int) -> ResponseReturnValue:
    delivery = Delivery.find(current_tenant, delivery_id)
    query = Event.of(current_tenant).where(Event.delivery_id == delivery.id).options(joinedload(Event.page))
    view = View(query, {"position": Event.position}, "position")
    body, cut = raw.pretty(delivery.body)
    return htmx.render(
        "journal/show.html", "journal/_events.html", delivery=delivery, view=view, body=body, cut=cut, **WORDS
    )


@blueprint.get("/<int:delivery_id>/body")
@needs("journal", "read")
def body(delivery_id: int) -> ResponseReturnValue:
    delivery = Delivery.find(current_tenant, delivery_id)
    named = {"Content-Disposition": f'attachment; filename="delivery-{delivery.id}.json"'}
    return Response(delivery.body, mimetype="application/json", headers=named)


@blueprint.post("/<int:delivery_id>/replay")
@needs("journal", "edit")
def replay_delivery(delivery_id: int) -> ResponseReturnValue:
    delivery = Delivery.find(current_tenant, delivery_id)
    _tell(replay.delivery(delivery))
    db.session.commit()
    return htmx.go_to(url_for(".show", delivery_id=delivery.id))


@blueprint.post("/events/<int:event_id>/replay")
@needs("journal", "edit")
def replay_event(event_id: int) -> ResponseReturnValue:
    event = Event.find(current_tenant, event_id)
    _tell(replay.event(event))
    db.session.commit()
    return htmx.go_to(url_for(".show", delivery_id=event.delivery_id))


@blueprint.post("/replays")
@needs("journal", "edit")
def replay_failed() -> ResponseReturnValue:
    search = Search(current_tenant, request.args)
    _tell(replay.failed(search.mine(Event), search.mine(Delivery)))
    db.session.commit()
    return htmx.go_to(url_for(".index", q=search.q or None, gateway=search.gateway_id))


def _tell(result: replay.Replayed) -> None:
    if result.again:
        flash(
            f"{result.again:,} {'waits' if result.again == 1 else 'wait'} again and will be worked on now.",
            "success",
        )
    else:
        flash(result.refused or "There is nothing to replay.", "warning")


def _refused() -> list[Gateway]:
    """Gateways whose deliveries came with a wrong signature in the last day."""
    return list(
        db.session.scalars(
            Gateway.of(current_tenant)
            .options(load_only(Gateway.name, Gateway.signature_refused_at))
            .where(Gateway.signature_refused_at > utcnow() - RECENT)
            .order_by(Gateway.name)
        )
    )
