"""What waits and for how long, looked up when Prometheus asks. Every look reads a small index, however much
the tables hold, and stops counting at ENOUGH."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from flask import Flask, current_app
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import Select, TextClause, func, or_, select, text

from .bounded import Question, answer
from .conversations.bot_calls import WAITING as WAITING_CALL
from .conversations.bot_calls import BotCall
from .conversations.models import QUEUED, UNCLEAR, Comparison, Conversation, Message, Part, Recovery
from .conversations.models import WAITING as WAITING_ROW
from .db import Model, db, looking, utcnow
from .heartbeat import Heartbeat
from .journal.models import FAILED, UNREAD, Delivery, Event
from .journal.models import WAITING as WAITING_EVENT
from .queues.models import Agent
from .readiness import SEEN_LATELY
from .workspace import agents

WITHIN = 5.0  # seconds; Prometheus gives up after ten
ENOUGH = 100_000

FAILED_DELIVERY = text("state != 'read' AND state = 'failed'")

Gauges = list[Metric]


def init_app(app: Flask) -> None:
    app.extensions["gauges"] = {
        "database": Question(partial(_database, app)),
        "queue": Question(partial(_queue, app)),
    }


def found() -> Gauges:
    """The gauges of the storages that answer in time, and of each whether it did."""
    questions: dict[str, Question[Gauges]] = current_app.extensions["gauges"]
    begun = {what: question.begin() for what, question in questions.items()}
    answers = {what: answer(future, WITHIN) for what, future in begun.items()}
    help_text = "Whether this storage answered (1) or not (0)"
    up = _by_kind("webgateway_up", help_text, {what: float(bool(answers[what])) for what in answers})
    return [up, *(gauge for some in answers.values() for gauge in some or ())]


def _database(app: Flask) -> Gauges:
    with app.app_context(), looking():
        return [_waiting(), _oldest(), _dead_letters(), _unclear(), *_workers(), *_queues(), _agents()]


def _queue(app: Flask) -> Gauges:
    pending = app.extensions["huey"].pending_count()
    return [GaugeMetricFamily("webgateway_side_work_waiting", "Side work in Huey's queue", value=pending)]


def _waiting() -> GaugeMetricFamily:
    return _by_kind(
        "webgateway_waiting",
        f"Rows that wait for the worker, those to be tried again included; counted up to {ENOUGH}",
        {
            "deliveries": _count(Delivery, UNREAD),
            "events": _count(Event, WAITING_EVENT),
            "bot_calls": _count(BotCall, WAITING_CALL),
            "parts": _count(Part, WAITING_ROW),
            "comparisons": _count(Comparison, WAITING_ROW),
        },
    )


def _oldest() -> GaugeMetricFamily:
    event = select(Event.delivery_id).where(WAITING_EVENT).order_by(Event.id).limit(1)
    # the sum keeps SQLite from walking all messages in their order
    call = select(func.min(BotCall.id + 0)).where(WAITING_CALL)
    part = select(func.min(Part.message_id + 0)).where(WAITING_ROW)
    recovery = select(func.min(Comparison.recovery_id + 0)).where(WAITING_ROW)
    return _by_kind(
        "webgateway_oldest_waiting_seconds",
        "Age of the oldest row that waits for the worker, since its delivery came, its message was written "
        "or its recovery began (0: none waits)",
        {
            "deliveries": _age(select(Delivery.received_at).where(UNREAD).order_by(Delivery.id).limit(1)),
            "events": _age(select(Delivery.received_at).where(Delivery.id == event.scalar_subquery())),
            "parts": _age(select(Message.created_at).where(Message.id == part.scalar_subquery())),
            "bot_calls": _age(select(BotCall.created_at).where(BotCall.id == call.scalar_subquery())),
            "comparisons": _age(select(Recovery.created_at).where(Recovery.id == recovery.scalar_subquery())),
        },
    )


def _dead_letters() -> GaugeMetricFamily:
    return _by_kind(
        "webgateway_dead_letters",
        f"What was given up after all attempts and waits for a person; counted up to {ENOUGH}",
        {"deliveries": _count(Delivery, FAILED_DELIVERY), "events": _count(Event, FAILED)},
    )


def _unclear() -> GaugeMetricFamily:
    help_text = "Parts of messages of which nobody knows whether Meta has them, and which a person must judge"
    return GaugeMetricFamily("webgateway_parts_unclear", help_text, value=_count(Part, UNCLEAR))


def _workers() -> Iterator[GaugeMetricFamily]:
    beats = db.session.scalars(select(Heartbeat.seen_at)).all()
    lately = sum(utcnow() - beat < SEEN_LATELY for beat in beats)
    yield GaugeMetricFamily("webgateway_workers", "Workers seen in the last 20 seconds", value=lately)
    if beats:
        help_text = "Time since the last sign of life of any worker"
        yield GaugeMetricFamily("webgateway_worker_seen_seconds", help_text, value=_since(max(beats)))


def _queues() -> Iterator[GaugeMetricFamily]:
    may_ring = or_(Conversation.held_until.is_(None), Conversation.held_until <= utcnow())
    waits = select(Conversation.queued_at).where(QUEUED, may_ring).limit(ENOUGH).subquery()
    number, oldest = db.session.execute(select(func.count(), func.min(waits.c.queued_at))).one()
    help_text = f"Conversations that wait for an agent, ringing ones included; counted up to {ENOUGH}"
    yield GaugeMetricFamily("webgateway_queued", help_text, value=number)
    help_text = "How long the conversation that waits longest for an agent has waited (0: none waits)"
    yield GaugeMetricFamily(
        "webgateway_longest_wait_seconds", help_text, value=_since(oldest) if oldest else 0
    )


def _agents() -> GaugeMetricFamily:
    """Whose workspace is open, by their state."""
    here = Agent.seen_at > utcnow() - agents.SEEN_LATELY
    found = select(Agent.state, func.count()).where(here).group_by(Agent.state)
    number = {state: float(some) for state, some in db.session.execute(found)}
    gauge = GaugeMetricFamily(
        "webgateway_agents", "Agents whose workspace is open, by state", labels=["state"]
    )
    for state in agents.STATES:
        gauge.add_metric([state], number.get(state, 0))
    return gauge


def _by_kind(name: str, help: str, found: dict[str, float]) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, help, labels=["what"])
    for what, value in found.items():
        gauge.add_metric([what], value)
    return gauge


def _count(table: type[Model], where: TextClause) -> int:
    """The condition is the index's own, word for word: only then is the index used."""
    some = select(text("1")).select_from(table).where(where).limit(ENOUGH).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def _age(query: Select[datetime]) -> float:
    since = db.session.scalar(query)
    return 0.0 if since is None else _since(since)


def _since(moment: datetime) -> float:
    return max(utcnow() - moment, timedelta()).total_seconds()
