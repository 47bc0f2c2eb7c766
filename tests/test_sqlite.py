"""One writer at a time, in turn: threads and processes wait for each other without sleeping."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from flask import template_rendered
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import OperationalError

from tests import cast
from tests.deliveries import delivery, post, text
from tests.serving import at_work, eventually
from webgateway import sqlite
from webgateway.db import db, looking
from webgateway.intent import first
from webgateway.journal.models import Delivery
from webgateway.tenants.models import Tenant

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture(autouse=True)
def only_sqlite(app) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL lets many write at once")


def turn_file() -> str:
    return f"{db.engine.url.database}-turn"


def test_many_threads_write_without_one_of_them_starving(app):
    engine, longest = db.engine, []

    def write(number: int) -> None:
        for turn in range(20):
            began = time.monotonic()
            with engine.begin() as connection:
                connection.execute(insert(Tenant).values(name=f"thread {number}, turn {turn}"))
            longest.append(time.monotonic() - began)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(longest) == 160
    assert max(longest) < 2


def test_a_writer_waits_for_another_process_and_goes_on_when_that_is_killed(app):
    holder = f"import fcntl, time; f = open({turn_file()!r}, 'a'); fcntl.flock(f, 2); print(1, flush=True)"
    other = subprocess.Popen([sys.executable, "-c", f"{holder}; time.sleep(60)"], stdout=subprocess.PIPE)
    assert other.stdout is not None
    with other.stdout:
        assert other.stdout.readline() == b"1\n"
        threading.Timer(0.3, other.kill).start()
        began = time.monotonic()
        db.session.add(Tenant(name="Patient"))
        db.session.commit()
        other.wait()
    assert 0.2 < time.monotonic() - began < 5


def test_whoever_only_reads_waits_for_nobody(app):
    with db.engine.begin() as writing:
        writing.execute(insert(Tenant).values(name="Writing"))
        with looking():
            assert db.session.scalar(select(Tenant).where(Tenant.name == "Writing")) is None


def test_a_turn_that_does_not_come_is_a_locked_database(app, monkeypatch):
    monkeypatch.setattr(sqlite, "PATIENCE", 0.05)
    with db.engine.begin() as writing:
        writing.execute(insert(Tenant).values(name="Writing"))
        with pytest.raises(OperationalError, match="locked"), db.engine.begin():
            pass
    db.session.add(Tenant(name="Next"))
    db.session.commit()


def test_what_meta_delivers_is_kept_before_those_who_wait_longer_write(app, visitor):
    gateway, found = cast.gateway(), []
    db.session.commit()

    def delivers() -> None:
        with app.app_context():
            post(visitor, gateway, delivery(text("Hi", "m_1")))

    looks = threading.Thread(target=look, args=(db.engine, found, select(func.count(Delivery.id))))
    posts = threading.Thread(target=delivers)
    with holding_the_turn() as turn:
        looks.start()
        eventually(lambda: turn.others)
        posts.start()
        eventually(lambda: turn.first)
    looks.join()
    posts.join()
    assert found == [1]


def test_what_was_delivered_is_taken_in_hand_before_those_who_wait_longer_write(app, visitor):
    gateway, found = cast.gateway(), []
    post(visitor, gateway, delivery(text("Hi", "m_1")))
    looks = threading.Thread(target=look, args=(db.engine, found, select(Delivery.leased_until.is_not(None))))
    with holding_the_turn() as turn:
        looks.start()
        eventually(lambda: turn.others)
        with at_work(app):
            eventually(lambda: turn.first)
            db.session.rollback()
            looks.join()
    assert found == [True]


def test_however_many_go_first_the_others_come_in_between(app):
    threads, order = sqlite.PriorityLock(), []

    def passes(name: str, ahead: bool) -> None:
        with first(ahead):
            assert threads.take()
        order.append(name)
        threads.leave()

    assert threads.take()
    waiting = [threading.Thread(target=passes, args=("other", False))]
    waiting += [threading.Thread(target=passes, args=("first", True)) for _ in range(6)]
    for thread in waiting:
        thread.start()
    eventually(lambda: len(threads.first) == 6 and threads.others)
    threads.leave()
    for thread in waiting:
        thread.join()
    assert order == ["first"] * sqlite.IN_A_ROW + ["other"] + ["first"] * 2


def test_whoever_gave_up_waiting_is_passed_over(app, monkeypatch):
    with holding_the_turn() as turn:
        monkeypatch.setattr(sqlite, "PATIENCE", 0.05)
        assert not turn.take()
        assert not turn.others
        monkeypatch.undo()
    db.session.add(Tenant(name="Next"))
    db.session.commit()


@contextmanager
def holding_the_turn() -> Iterator[sqlite.PriorityLock]:
    """By one who writes: until the end, or until the session is left."""
    db.session.add(Tenant(name="Holding"))
    db.session.flush()
    raw = db.session.connection().connection.dbapi_connection
    yield raw.turn.threads
    db.session.rollback()


def look(engine: Engine, found: list[object], query: Any) -> None:
    """What whoever writes in their turn sees then."""
    with engine.begin() as connection:
        found.append(connection.execute(query).scalar())


def test_the_turn_is_given_up_after_whatever_went_wrong(app):
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), db.engine.begin():
            raise ZeroDivisionError
    with db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        raw.execute("BEGIN")
        with pytest.raises(sqlite3.Error):
            raw.begin_to_write()
    with db.engine.begin() as connection:
        connection.execute(insert(Tenant).values(name="Free again"))


def test_nobody_who_writes_waits_while_an_answer_is_made(as_gail, page):
    talk = cast.conversation(cast.contact(page), agent=cast.agent("Gail"))
    told = {"text": "We are open.", "key": "k1"}
    posts = {
        f"/workspace/{talk.id}/messages": told,
        f"/workspace/{talk.id}/reading": {},
        "/workspace/readiness": {},
        f"/workspace/{talk.id}/closure": {},
    }
    db.session.commit()
    for path, form in posts.items():
        with writing_while_rendering(as_gail.application) as wrote:
            assert as_gail.post(path, data=form, headers=PART).status_code == 200
        assert wrote, path


def test_nobody_who_writes_waits_while_a_password_is_compared(visitor, app):
    with writing_while_rendering(app) as wrote:
        visitor.post("/login", data={"email": "ada@example.com", "password": "wrong"})
    assert wrote


@contextmanager
def writing_while_rendering(app) -> Iterator[list[bool]]:
    """True for each template during which somebody else could write at once."""
    wrote: list[bool] = []

    def write(*_: object, **__: object) -> None:
        with closing(sqlite3.connect(db.engine.url.database, timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")
            wrote.append(True)

    with template_rendered.connected_to(write, app):
        yield wrote
