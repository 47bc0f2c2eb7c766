"""Connections: one that PostgreSQL or the network dropped while nobody used it is nobody's trouble; who only
reads goes without a transaction; who listens is woken."""

import threading

import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import event, insert, select, text
from sqlalchemy.exc import DataError

from tests import cast
from tests.conversations.sending import write
from tests.serving import eventually
from webgateway import postgresql, waking
from webgateway.conversations import outgoing
from webgateway.db import db, looking
from webgateway.tenants.models import Tenant
from webgateway.users.models import User
from webgateway.waking import Listener, wake


@pytest.fixture(autouse=True)
def on_postgresql(app) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite's connections cannot be dropped")


@pytest.fixture
def asked(monkeypatch) -> list[object]:
    """The connections that were asked whether they are alive."""
    asked: list[object] = []
    ask = db.engine.dialect.do_ping

    def asking(connection):
        asked.append(connection)
        return ask(connection)

    monkeypatch.setattr(db.engine.dialect, "do_ping", asking)
    return asked


def read() -> int:
    """In a transaction of its own; by whom."""
    db.session.execute(select(User.id)).all()
    mine = db.session.scalar(text("SELECT pg_backend_pid()"))
    db.session.rollback()
    return mine


def test_one_that_the_server_ended_is_opened_anew(asked):
    before = read()
    db.session.remove()
    other = db.engine.connect()
    mine = other.connection.dbapi_connection.info.backend_pid
    assert mine == before
    with db.engine.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": before})
    other.close()
    after = {read() for _ in range(2)}
    assert before not in after
    assert asked


def test_one_that_was_used_a_moment_ago_is_not_asked(asked):
    assert read() == read()
    assert asked == []


def test_one_that_lay_there_for_long_is_asked_first(asked, monkeypatch):
    read()
    monkeypatch.setattr(postgresql, "QUIET", -1.0)
    read()
    assert len(asked) == 1


def test_many_that_were_open_at_once_are_kept_and_the_last_used_is_the_next(app):
    def open_many():
        several = [db.engine.connect() for _ in range(postgresql.MOST)]
        pids = [one.connection.dbapi_connection.info.backend_pid for one in several]
        for one in several:
            one.close()
        return pids

    first, opened = open_many(), []
    event.listen(db.engine, "connect", lambda *_: opened.append(1))
    again = open_many()
    assert opened == []
    assert again == first[::-1]


def test_a_sender_who_finds_that_others_were_quicker_keeps_the_queries_it_has_prepared(page):
    """psycopg forgets them with each ROLLBACK."""
    part = write(cast.conversation(cast.contact(page))).parts[0]
    with db.engine.connect() as quicker:
        quicker.execute(text("SELECT id FROM parts WHERE id = :id FOR UPDATE"), {"id": part.id})
        assert [outgoing.claim() for _ in range(3)] == [None] * 3
        assert db.session.scalar(text("SELECT count(*) FROM pg_prepared_statements")) > 0


def test_what_the_server_refuses_is_no_lost_connection(monkeypatch):
    """It is told as it is, and nobody opens anything anew for it."""
    read()
    monkeypatch.setattr(postgresql, "QUIET", -1.0)

    def refused(connection):
        connection.execute("SELECT 1 / 0")

    monkeypatch.setattr(db.engine.dialect, "do_ping", refused)
    with pytest.raises(DataError):
        read()


def status() -> TransactionStatus:
    return db.session.connection().connection.dbapi_connection.info.transaction_status


def test_who_only_reads_leaves_no_transaction_open_between_two_queries(app):
    with looking():
        db.session.scalar(select(User.id).limit(1))
        assert status() == TransactionStatus.IDLE
    db.session.scalar(select(User.id).limit(1))
    assert status() == TransactionStatus.INTRANS


def test_what_is_written_while_one_only_reads_is_kept_whole_or_not_at_all(app):
    with looking():
        db.session.add(Tenant(name="Forgotten"))
        db.session.flush()
        db.session.execute(insert(Tenant).values(name="Forgotten, too"))
        db.session.rollback()
    with looking():
        db.session.add(Tenant(name="Kept"))
    names = db.session.scalars(select(Tenant.name)).all()
    assert "Kept" in names
    assert not any(name.startswith("Forgotten") for name in names)


def test_what_is_locked_while_one_only_reads_is_held_to_the_end(app):
    with looking():
        db.session.execute(select(User.id).limit(1).with_for_update(key_share=True)).all()
        db.session.scalar(select(User.id).limit(1))
        assert status() == TransactionStatus.INTRANS


def test_what_is_written_while_one_only_reads_is_one_transaction(app):
    warnings = []
    with looking():
        raw = db.session.connection().connection.dbapi_connection
        raw.add_notice_handler(warnings.append)
        db.session.execute(insert(Tenant).values(name="First"))
        db.session.execute(insert(Tenant).values(name="Second"))
        db.session.rollback()
    assert warnings == []
    assert not db.session.scalars(select(Tenant).where(Tenant.name.in_(["First", "Second"]))).all()


def test_what_is_read_in_pieces_is_read_to_its_end(app):
    with looking():
        db.session.execute(insert(Tenant), [{"name": f"Tenant {number}"} for number in range(9)])
    with looking():
        found = db.session.execute(select(Tenant.name), execution_options={"yield_per": 2})
        assert len(found.all()) >= 9


def test_an_engine_that_commits_by_itself_goes_on_doing_so(app):
    alone = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    with alone.connect() as connection:
        connection.execute(insert(Tenant).values(name="Kept"))
    assert db.session.scalar(select(Tenant.name).where(Tenant.name == "Kept"))


def written(table: str) -> None:
    wake(table)
    db.session.commit()


def test_whoever_listens_is_woken_once_for_all_that_is_written_soon_after(app, monkeypatch):
    monkeypatch.setattr(waking, "PAUSE", 2.0)
    rung, stopping = [], threading.Event()
    listener = Listener(db.engine, rung.append, stopping)
    thread = threading.Thread(target=listener.run)
    thread.start()
    try:
        eventually(lambda: listener.listening)
        written("events")
        eventually(lambda: rung == ["events"])
        for _ in range(10):
            written("events")
        written("parts")
        eventually(lambda: len(rung) >= 3)
        assert sorted(rung) == ["events", "events", "parts"]
    finally:
        stopping.set()
        thread.join()
