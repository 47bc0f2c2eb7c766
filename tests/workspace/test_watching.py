"""One thread looks for all open workspaces: seldom while nothing happens, and whatever fails."""

import asyncio
import sqlite3
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from tests import cast
from tests.workspace.reader import Reader, later, reading, the
from webgateway.conversations.models import Conversation
from webgateway.db import db, utcnow
from webgateway.gate import Gate
from webgateway.queues.models import Agent
from webgateway.workspace import news, watching


@pytest.fixture
def gail(app):
    return cast.agent("Gail", seen_at=None)


def test_while_nothing_is_written_the_database_is_hardly_asked(
    app, as_gail, peter, count_queries, monkeypatch
):
    monkeypatch.setattr(watching, "EVERY", 0.05)
    monkeypatch.setattr(watching, "FEW", 1.0)
    monkeypatch.setattr(watching, "SHARE", 1.0)
    reader = Reader(app, as_gail)

    async def quiet(looks: int) -> bool:
        """On PostgreSQL any database of the server that is written to lets the watcher look."""
        with app.app_context():
            outside = Gate(db.engine)
            try:
                outside.opened()
                outside.looked()
                db.session.rollback()
                await asyncio.sleep(looks * watching.EVERY)
                return not outside.opened()
            finally:
                outside.close()

    async def work() -> None:
        await reader.next()
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if not await quiet(looks=2):
                continue
            began = time.monotonic()
            with app.app_context(), count_queries() as asked:
                still_quiet = await quiet(looks=3)
            if still_quiet:
                assert [one for one in asked if "FROM conversations" in one] == []
                assert len(asked) <= (time.monotonic() - began) / watching.EVERY + 3
                return
        pytest.fail("the database's server was never quiet")

    reading(reader, work)


def test_the_rest_after_a_look_grows_with_what_it_cost():
    assert watching.rest(0.0) == watching.EVERY
    assert watching.rest(0.006) == pytest.approx(0.2)
    assert watching.rest(0.02) == watching.SOON
    assert watching.rest(0.05) == pytest.approx(0.5)


def test_many_readers_cost_as_many_queries_as_one(app, page, gail, count_queries):
    def cost(watches) -> int:  # type: ignore[no-untyped-def]
        db.session.expire_all()
        with count_queries() as asked:
            assert len(news.look(watches)) == len(watches)
        return len(asked)

    users = [cast.agent(f"Agent {number}") for number in range(10)]
    shown = []
    for number, user in enumerate(users):
        customer = cast.contact(page, meta_id=str(number))
        talk = cast.conversation(customer, agent=user, assigned_at=utcnow())
        cast.message(talk)
        shown.append(news.Watch(user.id, talk.id))
    assert cost(shown) == cost(shown[:1])


def test_that_an_agent_is_here_is_noted(app, as_gail, peter, gail):
    reader, gail_id = Reader(app, as_gail), gail.id

    async def work() -> None:
        await reader.next()
        await asyncio.sleep(2 * watching.EVERY)

    reading(reader, work)
    db.session.expire_all()
    agent = db.session.scalars(db.select(Agent).filter_by(user_id=gail_id)).one()
    assert agent.seen_at is not None


def test_a_stream_that_is_opened_anew_notes_nothing(app, as_gail, peter, gail):
    reader, gail_id, lately = Reader(app, as_gail), gail.id, utcnow() - timedelta(seconds=5)
    db.session.execute(db.update(Agent).where(Agent.user_id == gail_id).values(seen_at=lately))
    db.session.commit()

    async def work() -> None:
        await reader.next()
        await asyncio.sleep(2 * watching.EVERY)

    reading(reader, work)
    db.session.expire_all()
    assert db.session.scalars(db.select(Agent).filter_by(user_id=gail_id)).one().seen_at == lately


def test_the_thread_that_looks_ends_with_the_last_reader(app, as_gail, gail):
    reader = Reader(app, as_gail)

    async def work() -> None:
        await reader.next()
        assert app.front.streams.watcher.thread is not None

    reading(reader, work)
    deadline = time.monotonic() + 5
    while app.front.streams.watcher.thread is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert app.front.streams.watcher.thread is None


class Failing:
    """`work`, but for the next `left` times, which end with the error."""

    def __init__(self, work, error: Exception, left: int = 0) -> None:  # type: ignore[no-untyped-def]
        self.work, self.error, self.left = work, error, left

    def __call__(self, *about):  # type: ignore[no-untyped-def]
        if self.left:
            self.left -= 1
            raise self.error
        return self.work(*about)


def tells_of_what_is_written_after(failing: Failing, app, client, talk_id: int) -> None:  # type: ignore[no-untyped-def]
    reader = Reader(app, client)

    def write() -> None:
        the(Conversation, talk_id).last_message_at = utcnow()

    async def work() -> None:
        await reader.next()
        failing.left = 1
        await later(app, write)
        assert set(await reader.next()) == {"desk"}

    reading(reader, work)


def test_a_database_that_is_away_ends_no_stream(app, as_gail, peter, monkeypatch):
    look = Failing(watching.news.look, OperationalError("SELECT", None, Exception("away")), left=1)
    monkeypatch.setattr(watching, "AWAY", 0.1)
    monkeypatch.setattr(watching.news, "look", look)
    tells_of_what_is_written_after(look, app, as_gail, peter.id)


def test_a_file_that_cannot_be_read_for_a_moment_ends_no_stream(app, as_gail, peter, monkeypatch):
    version = Failing(Gate._version, sqlite3.OperationalError("unable to open database file"))
    monkeypatch.setattr(watching, "AWAY", 0.1)
    monkeypatch.setattr(Gate, "_version", lambda gate: version(gate))
    tells_of_what_is_written_after(version, app, as_gail, peter.id)


def test_a_thread_that_failed_is_followed_by_another_one(app, as_gail, peter, monkeypatch):
    look = Failing(watching.news.look, RuntimeError("a fault of ours"), left=1)
    monkeypatch.setattr(watching.news, "look", look)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    first, second = Reader(app, as_gail), Reader(app, as_gail)

    async def work() -> None:
        while look.left or app.front.streams.watcher.thread is not None:
            await asyncio.sleep(0.05)
        task = asyncio.ensure_future(second.read())
        assert await second.next()
        second.left.set()
        await asyncio.wait_for(task, 5)

    reading(first, work)
