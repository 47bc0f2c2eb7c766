"""The worker's loop: what waits is worked on, a failing job ends nothing, stopping finishes what is held."""

import random
import string
import threading
import time
from datetime import timedelta

import pytest

from tests import cast
from tests.deliveries import delivery, post, text
from tests.serving import at_work, eventually, eventually_kept
from webgateway.conversations.models import Message
from webgateway.db import db, utcnow
from webgateway.heartbeat import Heartbeat
from webgateway.journal import taking
from webgateway.journal.models import Event
from webgateway.waking import PAUSE, Bell, Lookout
from webgateway.worker import Worker


@pytest.fixture
def page(app):
    return cast.page(cast.gateway())


def test_a_delivery_becomes_a_message_while_the_worker_runs(app, visitor, page):
    with at_work(app):
        post(visitor, page.gateway, delivery(text("Hi", "m_1")))
        eventually_kept(lambda: db.session.query(Message).count() == 1)


def test_a_job_that_fails_is_written_down_and_its_neighbours_go_on(app, visitor, page, monkeypatch):
    honest = taking.incoming.take

    def broken_for_one(event, *about):
        if event.mid == "m_bad":
            raise ValueError("a defect of ours")
        return honest(event, *about)

    monkeypatch.setattr(taking.incoming, "take", broken_for_one)
    with at_work(app):
        post(visitor, page.gateway, delivery(text("bad", "m_bad"), text("good", "m_good", by="77")))
        eventually_kept(lambda: db.session.query(Message).count() == 1)
        eventually_kept(lambda: db.session.query(Event).filter_by(mid="m_bad").one().attempts == 1)


def test_a_worker_shows_signs_of_life_and_leaves_none_behind(app):
    with at_work(app):
        eventually_kept(lambda: db.session.query(Heartbeat).count() == 1)
    assert db.session.query(Heartbeat).count() == 0


def test_what_is_written_into_sqlite_is_noticed_and_nothing_else(app, page):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL says so itself")
    noticed, stopping = [], threading.Event()
    lookout = Lookout(db.engine, lambda: noticed.append(time.monotonic()), stopping)
    thread = threading.Thread(target=lookout.run)
    thread.start()
    try:
        eventually(lambda: noticed)
        time.sleep(2 * PAUSE)
        assert len(noticed) == 1, "the first look"
        page.name = "Another name"
        db.session.commit()
        eventually(lambda: len(noticed) == 2)
    finally:
        stopping.set()
        thread.join()


def test_a_bell_that_rings_for_whoever_is_on_watch_wakes_nobody_else():
    bell = Bell()
    heard = bell.rung
    bell.ring()
    began = time.monotonic()
    bell.wait(heard, 5, on_watch=True)
    assert time.monotonic() - began < 4
    bell.wait(heard, 0.1, on_watch=False)
    assert time.monotonic() - began >= 0.1


def test_a_call_wakes_one_of_those_who_wait_and_is_heard_by_whoever_comes_later(app):
    bell, awake = Bell(), []

    def wait(number: int) -> None:
        bell.wait(bell.rung, 30, on_watch=False)
        awake.append(number)

    threads = [threading.Thread(target=wait, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    bell.call()
    eventually(lambda: awake)
    time.sleep(0.1)
    assert len(awake) == 1
    bell.end()
    for thread in threads:
        thread.join(5)
    assert len(awake) == 3
    later = Bell()
    later.call()
    began = time.monotonic()
    later.wait(later.rung, 5, on_watch=False)
    assert time.monotonic() - began < 4


def test_whoever_looks_at_a_table_is_woken_for_it(app):
    worker = Worker(app)
    worker.ring("conversations")
    assert [kind.name for kind in worker.kinds if kind.bell.rung] == ["offering"]


def test_a_failure_that_cannot_be_written_down_ends_nothing(app, visitor, page, monkeypatch):
    honest = taking.work

    def broken_for_one(job):
        if db.session.get(Event, job[0]).mid == "m_bad":
            raise ValueError("a defect of ours")
        honest(job)

    def broken(_job, _error):
        db.session.execute(db.update(Event).values(attempts=1, next_try_at=utcnow() + timedelta(hours=1)))
        db.session.commit()
        raise KeyError("another one")

    monkeypatch.setattr(taking, "work", broken_for_one)
    monkeypatch.setattr(taking, "fail", broken)
    with at_work(app):
        post(visitor, page.gateway, delivery(text("bad", "m_bad")))
        eventually_kept(lambda: db.session.query(Event).filter_by(attempts=1).count() == 1)
        post(visitor, page.gateway, delivery(text("good", "m_good", by="77")))
        eventually_kept(lambda: db.session.query(Message).count() == 1)


def test_a_delivery_that_the_database_cannot_hold_lets_the_next_one_through(app, visitor, page):
    """PostgreSQL indexes no text of 9,000 characters: an operational error, as if it were busy."""
    endless = "".join(random.Random(1).choices(string.ascii_letters, k=9000))
    with at_work(app):
        post(visitor, page.gateway, delivery(text("Hi", f"m_{endless}")))
        post(visitor, page.gateway, delivery(text("Hello", "m_2", by="77")))
        eventually_kept(lambda: db.session.query(Message).filter_by(mid="m_2").count() == 1)


def test_what_was_written_wakes_those_who_have_something_to_do(app, visitor, page):
    worker = Worker(app)
    worker.look()
    assert [kind.name for kind in worker.kinds if kind.bell.rung] == []
    post(visitor, page.gateway, delivery(text("Hi", "m_1")))
    worker.look()
    assert [kind.name for kind in worker.kinds if kind.bell.rung] == ["reading"]
