"""The database is locked, full or slow: nothing is taken that is not kept, and everybody is told in words."""

import logging
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from urllib.parse import parse_qsl

import pytest
from requests_mock import ANY
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from tests import cast
from tests.deliveries import delivery, post, text
from tests.pages.meta import GRAPH, Meta
from tests.serving import at_work, eventually_kept
from tests.working import until_done
from webgateway.conversations import outgoing
from webgateway.conversations.models import Message, Part
from webgateway.db import db
from webgateway.journal import reading, taking
from webgateway.journal.models import Delivery, Event
from webgateway.pages import completing, connecting
from webgateway.pages.models import Page

SECRET = "my card number is 4111"


@pytest.fixture(autouse=True)
def sqlite_without_patience(app) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the lock of the whole database is SQLite's")
    event.listen(db.engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 50"))
    db.session.remove()
    db.engine.dispose()
    with db.engine.connect() as connection:
        connection.connection.execute("PRAGMA journal_mode = WAL")


@pytest.fixture
def page(app):
    page = cast.page(cast.gateway())
    cast.grant(page, cast.account(page.gateway))
    return page


@contextmanager
def locked() -> Iterator[None]:
    """Another process writes and does not come to an end."""
    db.session.remove()
    other = sqlite3.connect(db.engine.url.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_the_door_answers_503_so_that_meta_delivers_again(visitor, page):
    gateway = page.gateway
    gateway.id, gateway.uri, gateway.app_secret  # noqa: B018 - loaded before the lock
    db.session.expunge_all()
    with locked():
        answer = post(visitor, gateway, delivery(text("Hi", "m_1")))
        assert answer.status_code == 503
        assert answer.text == "That could not be kept right now\n"
    assert db.session.query(Delivery).count() == 0
    assert post(visitor, gateway, delivery(text("Hi", "m_1"))).status_code == 200
    assert db.session.query(Delivery).count() == 1


def test_a_page_says_that_nothing_was_kept(as_gail, page):
    talk = cast.conversation(cast.contact(page)).id
    with locked():
        answer = as_gail.post(f"/conversations/{talk}/messages", data={"text": "Hello"})
        assert answer.status_code == 503
        assert "could not be kept" in answer.text
        assert as_gail.get(f"/conversations/{talk}").status_code == 200, "reading goes on"
    assert db.session.query(Message).count() == 0


def test_a_full_disk_is_told_like_a_lock(as_ada, page):
    with db.engine.connect() as connection:
        connection.connection.execute("VACUUM")
        pages = connection.connection.execute("PRAGMA page_count").fetchone()[0]
    limit = f"PRAGMA max_page_count = {pages}"
    event.listen(db.engine, "checkout", lambda raw, *_: raw.execute(limit))
    given = {"name": "Long", "destination": "agents", "opening_message": "a" * 4000}
    assert as_ada.post("/flows/new", data=given).status_code == 503
    assert as_ada.get("/flows/").status_code == 200


def test_nobody_waits_while_a_slow_body_comes(app, visitor, page):
    """The lock is not held while a stranger's request is read."""

    came = []

    class Slow(BytesIO):
        def readinto(self, _buffer) -> int:  # type: ignore[no-untyped-def]
            other = sqlite3.connect(db.engine.url.database, isolation_level=None, timeout=0)
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
            other.close()
            came.append(True)
            return 0

    for kind in ("application/json", "application/x-www-form-urlencoded"):
        long = {"CONTENT_LENGTH": "10"}
        uri = f"/meta/{page.gateway.uri}"
        answer = visitor.post(uri, input_stream=Slow(), content_type=kind, environ_overrides=long)
        assert answer.status_code == 400, "it never came to its end"
    assert len(came) >= 2


def test_a_job_is_not_blamed_for_a_locked_database(app, visitor, page, monkeypatch):
    post(visitor, page.gateway, delivery(text("Hi", "m_1")))
    reading.work(reading.claim())
    honest, answers = taking.work, iter([OperationalError("", {}, sqlite3.OperationalError("locked"))])

    def busy(event_id: int) -> None:
        for error in answers:
            raise error
        honest(event_id)

    monkeypatch.setattr(taking, "work", busy)
    with at_work(app):
        eventually_kept(lambda: db.session.query(Message).count() == 1)
    assert db.session.query(Event).one().attempts == 0


def test_what_meta_took_is_written_down_when_the_lock_is_gone(page, requests_mock, monkeypatch):
    talk = cast.conversation(cast.contact(page))
    outgoing.write(talk, "Hello Peter", "agent", cast.person("Gail"))
    db.session.commit()
    other = sqlite3.connect(db.engine.url.database, isolation_level=None, check_same_thread=False)
    requests_mock.post(
        f"http://127.0.0.1:9/v26.0/{page.meta_id}/messages",
        json=lambda *_: other.execute("BEGIN IMMEDIATE") and {"message_id": "m_9"},
    )
    monkeypatch.setattr(outgoing.time, "sleep", lambda _: other.in_transaction and other.execute("ROLLBACK"))
    outgoing.work(outgoing.claim())
    part = db.session.query(Part).one()
    assert (part.state, part.mid) == ("sent", "m_9")


def test_a_login_begins_while_others_write(as_ada, page, monkeypatch):
    """What was read before, the person who asks, must not stand in the way of writing."""
    honest = connecting.issue

    def others_write_first(*args):  # type: ignore[no-untyped-def]
        other = sqlite3.connect(db.engine.url.database, isolation_level=None)
        other.execute("UPDATE gateways SET name = 'Renamed'")
        other.close()
        return honest(*args)

    monkeypatch.setattr(connecting, "issue", others_write_first)
    assert as_ada.get(f"/gateways/{page.gateway.id}/pages/connect").status_code == 302


def test_what_a_login_brought_is_written_down_when_the_database_is_free_again(as_ada, page, requests_mock):
    meta = Meta(cast.APP_ID)
    meta.page("1080", "Blue Door Books")
    requests_mock.register_uri(ANY, re.compile(f"^{GRAPH}/v"), json=meta.answer)
    gateway = page.gateway
    asked = as_ada.get(f"/gateways/{gateway.id}/pages/connect").headers["Location"]
    query = {"code": "AQD", "state": dict(parse_qsl(asked))["state"]}
    as_ada.get(f"/meta/{gateway.uri}", query_string=query)
    other = sqlite3.connect(db.engine.url.database, isolation_level=None, check_same_thread=False)
    free = threading.Timer(0.8, other.execute, ["ROLLBACK"])

    def lock():  # type: ignore[no-untyped-def]
        other.execute("BEGIN IMMEDIATE")
        free.start()

    meta.meanwhile[""] = lock
    assert until_done(completing) == 1
    free.join()
    other.close()
    assert db.session.query(Page).filter_by(name="Blue Door Books").count() == 1


def test_no_log_line_quotes_what_a_customer_wrote(app, visitor, page, caplog):
    post(visitor, page.gateway, delivery(text(SECRET, "m_1")))
    db.session.execute(
        db.text(
            "CREATE TRIGGER no_more BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'a constraint'); END"
        )
    )
    db.session.commit()
    with caplog.at_level(logging.INFO), at_work(app):
        eventually_kept(lambda: db.session.query(Event).filter(Event.attempts > 0).count() == 1)
    assert "a constraint" in caplog.text
    assert SECRET not in caplog.text
