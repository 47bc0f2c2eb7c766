"""Events take effect once, in the order of their talk; one that fails holds nobody up."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import select

from tests import cast
from tests.deliveries import delivery, post, text
from webgateway.conversations.models import Conversation, Message
from webgateway.db import db, utcnow
from webgateway.journal import reading, taking
from webgateway.journal.models import Event
from webgateway.journal.waiting import InHand
from webgateway.leases import LEASE

MAYA = "7392015648120395"


def outcomes() -> list[str]:
    return list(db.session.scalars(select(Event.outcome).order_by(Event.id)))


def test_the_same_mid_in_a_hundred_deliveries_is_one_message(visitor, gateway, page, work):
    for _ in range(100):
        post(visitor, gateway, delivery(text("Hi", "m_1")))
    work(reading, taking)
    assert len(db.session.scalars(select(Message)).all()) == 1
    assert outcomes() == ["done"] + ["duplicate"] * 99


def test_the_same_mid_twice_in_one_delivery_is_one_message(visitor, gateway, page, work):
    post(visitor, gateway, delivery(text("Hi", "m_1"), text("Hi", "m_1")))
    work(reading, taking)
    assert len(db.session.scalars(select(Message)).all()) == 1


def test_two_customers_do_not_wait_for_each_other(visitor, gateway, page):
    post(visitor, gateway, delivery(text("Hi", "m_1"), text("Hey", "m_2", by=MAYA), text("There", "m_3")))
    reading.work(reading.claim())
    first, *_ = taking.claim()
    taking.fail([first], ValueError())
    assert outcomes() == ["waiting", "waiting", "waiting"]


def test_a_failing_event_holds_its_own_talk_up_only_until_its_first_failure(visitor, gateway, page, work):
    post(visitor, gateway, delivery(text("one", "m_1"), text("two", "m_2")))
    reading.work(reading.claim())
    taking.fail(taking.claim()[:1], ValueError())
    taking.waiting._lease(db.session.scalars(select(Event.id)).all(), None)
    db.session.commit()
    work(taking)
    assert outcomes() == ["waiting", "done"]


def test_our_own_defect_ends_as_failed_with_a_reason_and_no_insides(visitor, gateway, page):
    post(visitor, gateway, delivery(text("Hi", "m_1")))
    reading.work(reading.claim())
    job = taking.claim()
    for _ in range(6):
        taking.fail(job, ValueError("secret inside"))
    event = db.session.get_one(Event, job)
    assert event.outcome == "failed"
    assert "secret" not in event.reason


@contextmanager
def just_renewing(app: Flask, kind: ModuleType, job: InHand) -> Iterator[None]:
    """The lease of what is in hand."""
    renewing = threading.Event()

    def renew() -> None:
        with app.app_context():
            kind.waiting._lease(job, utcnow() + LEASE)
            renewing.set()
            time.sleep(0.3)
            db.session.commit()
            db.session.remove()

    thread = threading.Thread(target=renew)
    thread.start()
    renewing.wait()
    yield
    thread.join()


def test_what_is_worked_on_while_the_lease_is_just_renewed_takes_effect(app, visitor, gateway, page):
    post(visitor, gateway, delivery(text("Hi", "m_1")))
    for kind in (reading, taking):
        job = kind.claim()
        with just_renewing(app, kind, job):
            kind.work(job)
    assert outcomes() == ["done"]


def test_a_failure_while_the_lease_is_just_renewed_is_an_attempt_all_the_same(app, visitor, gateway, page):
    post(visitor, gateway, delivery(text("Hi", "m_1")))
    reading.work(reading.claim())
    job = taking.claim()
    with just_renewing(app, taking, job):
        taking.fail(job, ValueError())
    event = db.session.get_one(Event, job)
    assert (event.attempts, event.leased_until) == (1, None)


def test_an_event_and_its_effect_are_one_transaction(visitor, gateway, page, monkeypatch):
    post(visitor, gateway, delivery(text("Hi", "m_1")))
    reading.work(reading.claim())
    job = taking.claim()

    def power_cut(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(db.session, "commit", power_cut)
        with pytest.raises(KeyboardInterrupt):
            taking.work(job)
    db.session.rollback()
    assert outcomes() == ["waiting"]
    assert db.session.scalars(select(Conversation)).all() == []


def test_a_thousand_events_of_one_delivery_all_arrive_in_order(visitor, gateway, page, work):
    post(
        visitor,
        gateway,
        delivery(*(text(f"number {n}", f"m_{n}", at=1785312004523 + n) for n in range(1000))),
    )
    work(reading, taking)
    texts = db.session.scalars(select(Message.text).order_by(Message.occurred_at)).all()
    assert texts == [f"number {n}" for n in range(1000)]


def test_many_new_customers_are_greeted_in_a_few_statements(visitor, gateway, page, count_queries):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite tells the ids of new rows one by one; no round trip is saved there")
    gateway.flow = cast.flow()
    db.session.commit()
    post(visitor, gateway, delivery(*(text("Hi", f"m_{n}", by=str(7392 * 10**12 + n)) for n in range(20))))
    reading.work(reading.claim())
    job = taking.claim()
    with count_queries() as queries:
        taking.work(job)
    assert len(db.session.scalars(select(Message)).all()) == 40
    for table in ("contacts", "conversations", "messages", "parts"):
        inserted = [query for query in queries if query.startswith(f"INSERT INTO {table} ")]
        assert len(inserted) == 1, (table, len(inserted))
