"""Alive, ready and measured: for load balancers and Prometheus."""

import hmac

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from .conversations.models import Part
from .db import db
from .heartbeat import worker_seen_lately
from .journal.models import OUTCOMES, Delivery, Event
from .settings import current_settings

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    return jsonify(status="alive")


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    checks = {"database": _database(), "queue": _queue(), "worker": _worker()}
    good = all(checks.values())
    return jsonify(status="ready" if good else "not ready", **checks), 200 if good else 503


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    _only_for_us()
    registry = CollectorRegistry()
    registry.register(Gauges())
    return Response(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


class Gauges:
    """What waits and what became of events, read from the database at each scrape."""

    def collect(self):  # type: ignore[no-untyped-def]
        events = GaugeMetricFamily("webgateway_events", "Events by outcome", labels=["outcome"])
        counts = dict(iter(db.session.execute(select(Event.outcome, func.count()).group_by(Event.outcome))))
        for outcome in OUTCOMES:
            events.add_metric([outcome], counts.get(outcome, 0))
        yield events
        parts = GaugeMetricFamily(
            "webgateway_message_parts", "Parts of outgoing messages by state", labels=["state"]
        )
        for state, number in db.session.execute(select(Part.state, func.count()).group_by(Part.state)):
            parts.add_metric([state], number)
        yield parts
        waiting = db.session.scalar(select(func.count()).where(Delivery.state == "waiting")) or 0
        yield GaugeMetricFamily("webgateway_deliveries_waiting", "Deliveries not read yet", value=waiting)


def _only_for_us() -> None:
    token = current_settings().metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if request.remote_addr not in ("127.0.0.1", "::1") or forwarded:
        abort(403)


def _database() -> bool:
    try:
        db.session.execute(select(1))
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True


def _queue() -> bool:
    try:
        current_app.extensions["huey"].pending_count()
    except Exception:  # noqa: BLE001 - each storage has its own errors, and all mean: not ready
        return False
    return True


def _worker() -> bool:
    try:
        return worker_seen_lately()
    except SQLAlchemyError:
        db.session.rollback()
        return False
