"""Alive and ready: told in a bounded time, whatever hangs, and never by failing."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.conftest import settings_in
from webgateway import create_app, readiness
from webgateway.db import db
from webgateway.worker import beat


@contextmanager
def hanging() -> Iterator[None]:
    """The database takes every question and answers none, until the end."""
    released = threading.Event()

    def wait(*_: object) -> None:
        released.wait(30)

    db.session.remove()
    event.listen(db.engine, "before_cursor_execute", wait)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", wait)
        released.set()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(readiness, "WITHIN", 0.3)


def test_anybody_may_ask_whether_it_is_alive(visitor):
    assert visitor.get("/healthz").json == {"status": "alive"}


def test_being_alive_needs_nobody_else(visitor, count_queries):
    with count_queries() as queries:
        assert visitor.get("/healthz").status_code == 200
    assert not queries


def test_it_is_not_ready_while_no_worker_was_seen(visitor):
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {
        "status": "not ready",
        "database": True,
        "migrations": True,
        "queue": True,
        "worker": False,
        "disk": True,
        "problems": ["No worker was seen lately: start `flask worker`."],
    }


def test_it_is_ready_once_a_worker_shows_signs_of_life(app, visitor):
    beat("here:1")
    answer = visitor.get("/readyz")
    assert answer.status_code == 200
    assert (answer.json["status"], answer.json["problems"]) == ("ready", [])


@pytest.mark.parametrize(
    "applied", ["UPDATE alembic_version SET version_num = '0001'", "DROP TABLE alembic_version"]
)
def test_a_database_on_an_older_schema_is_not_ready(app, visitor, applied):
    beat("here:1")
    db.session.execute(db.text(applied))
    db.session.commit()
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert (answer.json["database"], answer.json["migrations"], answer.json["worker"]) == (True, False, True)
    assert "flask db upgrade" in answer.json["problems"][0]


def test_a_disk_without_room_is_not_ready(app, visitor, monkeypatch):
    beat("here:1")
    monkeypatch.setattr(readiness, "ROOM", 10**18)
    answer = visitor.get("/readyz")
    assert (answer.status_code, answer.json["disk"]) == (503, False)


def test_a_database_that_hangs_is_told_in_time_and_holds_one_thread_only(app, visitor, impatient):
    beat("here:1")
    with hanging():
        before, began = threading.active_count(), time.monotonic()
        for _ in range(5):
            answer = visitor.get("/readyz")
            assert (answer.status_code, answer.json["database"], answer.json["disk"]) == (503, False, True)
        assert time.monotonic() - began < 5
        assert threading.active_count() <= before + 1
    for _ in range(50):
        if visitor.get("/readyz").status_code == 200:
            return
        time.sleep(0.1)
    pytest.fail("it answers again, and nobody sees it")


def test_a_database_that_is_gone_is_told(app, visitor, monkeypatch):
    db.session.remove()

    def refuse(*_: object) -> None:
        raise ConnectionError("gone")

    event.listen(db.engine, "before_cursor_execute", refuse)
    try:
        answer = visitor.get("/readyz")
    finally:
        event.remove(db.engine, "before_cursor_execute", refuse)
    assert (answer.status_code, answer.json["database"], answer.json["queue"]) == (503, False, True)


def test_a_queue_that_hangs_is_told_in_time(database_url, tmp_path, impatient):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and says nothing
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0?socket_timeout=3"
        app = create_app(settings_in(tmp_path, database_url=database_url, queue_url=url))
        with app.app_context():
            beat("here:1")
            began = time.monotonic()
            answer = app.test_client().get("/readyz")
            assert time.monotonic() - began < 2
            db.session.remove()
            db.engine.dispose()
    assert (answer.status_code, answer.json["queue"], answer.json["database"]) == (503, False, True)
