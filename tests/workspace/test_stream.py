"""What changes reaches the open workspace by itself, and costs next to nothing while nothing does."""

import asyncio
import contextlib
import json
import sqlite3
import threading
import time
from contextvars import Context
from datetime import timedelta

import pytest
from flask import Flask

from tests import cast
from tests.conftest import Client
from tests.conversations.sending import write
from tests.workspace.desk import waits
from webgateway.conversations.facts import Fact
from webgateway.conversations.models import Conversation, Part
from webgateway.conversations.offers import Offer
from webgateway.db import db, utcnow
from webgateway.gate import Gate
from webgateway.pages.models import Page
from webgateway.queues.models import Agent, Queue
from webgateway.workspace import streams, waiting, watching


@pytest.fixture
def gail(app):
    return cast.agent("Gail", seen_at=None)


@pytest.fixture
def peter(page, gail) -> Conversation:
    return cast.conversation(cast.contact(page), agent=gail, assigned_at=utcnow())


class Reader:
    """A browser that holds a stream."""

    def __init__(self, app: Flask, client: Client | None, query: str = "") -> None:
        self.app, self.query = app, query.encode()
        self.cookie = cookie_of(client) if client else ""
        self.agent = client.environ_base["HTTP_USER_AGENT"] if client else ""
        self.news: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.said = b""
        self.left = asyncio.Event()

    async def read(self) -> None:
        asked = False

        async def receive():  # type: ignore[no-untyped-def]
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await self.left.wait()
            return {"type": "http.disconnect"}

        await self.app.front(self._scope(), receive, self._heard)

    async def _heard(self, message):  # type: ignore[no-untyped-def]
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
            return
        self.said += message["body"]
        if message["body"].startswith(b"data: "):
            self.news.put_nowait(json.loads(message["body"][6:]))

    def _scope(self):  # type: ignore[no-untyped-def]
        headers = [(b"host", b"localhost"), (b"cookie", self.cookie.encode())]
        headers.append((b"user-agent", self.agent.encode()))
        return {
            "type": "http", "method": "GET", "path": "/workspace/stream", "query_string": self.query,
            "http_version": "1.1", "scheme": "http", "server": ("localhost", 80),
            "client": ("127.0.0.1", 50000), "root_path": "", "headers": headers,
        }  # fmt: skip

    async def next(self) -> dict[str, str]:
        return await asyncio.wait_for(self.news.get(), 5)

    async def silent(self, seconds: float = 1.2) -> None:
        with contextlib.suppress(TimeoutError):
            news = await asyncio.wait_for(self.news.get(), seconds)
            raise AssertionError(f"it was told {news}")


def cookie_of(client: Client) -> str:
    return "; ".join(f"{one.key}={one.value}" for one in client.client._cookies.values())


def reading(reader: Reader, work) -> None:  # type: ignore[no-untyped-def]
    """Do `work` while the reader reads, then leave."""

    async def both() -> None:
        task = asyncio.ensure_future(reader.read())
        try:
            await work()
        finally:
            reader.left.set()
            await asyncio.wait_for(task, 5)

    db.session.commit()
    Context().run(asyncio.run, both())


def in_its_own(app: Flask, change) -> None:  # type: ignore[no-untyped-def]
    with app.app_context():
        change()
        db.session.commit()
        db.session.remove()


async def later(app: Flask, change) -> None:  # type: ignore[no-untyped-def]
    await asyncio.to_thread(in_its_own, app, change)


def the(kind, record_id):  # type: ignore[no-untyped-def]
    return db.session.get(kind, record_id)


def test_a_reader_is_told_the_state_at_once(app, as_gail, peter):
    reader, talk_id = Reader(app, as_gail, f"shown={peter.id}"), peter.id

    async def work() -> None:
        news = await reader.next()
        assert set(news) == {"desk", "offers", "waiting", "queued", f"thread-{talk_id}", f"details-{talk_id}"}
        assert all(news.values())

    reading(reader, work)
    assert reader.status == 200
    assert reader.headers[b"content-type"] == b"text/event-stream"
    assert reader.headers[b"x-accel-buffering"] == b"no"


def test_what_it_is_told_is_what_the_pieces_carry(app, as_gail, peter):
    reader = Reader(app, as_gail, f"shown={peter.id}")
    page = as_gail.get(f"/workspace/{peter.id}").text

    async def work() -> None:
        news = await reader.next()
        assert f"data-waiting>{news.pop('waiting')}</span>" in page
        for token in news.values():
            assert f'data-token="{token}"' in page

    reading(reader, work)


@pytest.mark.parametrize("shown", [True, False])
def test_a_message_changes_thread_and_list_whether_the_conversation_is_shown_or_only_ones_own(
    app, as_gail, peter, shown
):
    reader, talk_id = Reader(app, as_gail, f"shown={peter.id}" if shown else ""), peter.id

    def write() -> None:
        talk = the(Conversation, talk_id)
        cast.message(talk, "Hello?")
        talk.last_message_at = utcnow()

    async def work() -> None:
        await reader.next()
        await later(app, write)
        assert set(await reader.next()) == {"desk", f"thread-{talk_id}"}

    reading(reader, work)


def newest_is(state: str, talk_id: int, **values: object):  # type: ignore[no-untyped-def]
    def change() -> None:
        of_talk = db.select(Part).where(Part.conversation_id == talk_id).order_by(Part.id.desc())
        part = db.session.scalars(of_talk.limit(1)).one()
        part.state = state
        for name, value in values.items():
            setattr(part, name, value)

    return change


def test_how_far_the_newest_answer_has_come_is_told_itself_and_brings_nothing_anew(app, as_gail, peter):
    reader, talk_id = Reader(app, as_gail), peter.id
    name, answer_id = f"sent-{talk_id}", write(peter).id

    async def work() -> None:
        assert name not in await reader.next()
        await later(app, newest_is("waiting", talk_id, attempts=1))
        await reader.silent()
        await later(app, newest_is("sent", talk_id))
        assert await reader.next() == {name: f"message-{answer_id} Sent"}
        await later(app, newest_is("read", talk_id))
        assert await reader.next() == {name: f"message-{answer_id} Read"}

    reading(reader, work)


@pytest.mark.parametrize("values", [{"state": "failed"}, {"state": "waiting", "error": "Meta is busy"}])
def test_an_answer_in_trouble_changes_the_thread(app, as_gail, peter, values):
    reader, talk_id = Reader(app, as_gail), peter.id
    write(peter)

    async def work() -> None:
        await reader.next()
        await later(app, newest_is(talk_id=talk_id, **values))
        assert set(await reader.next()) == {f"thread-{talk_id}"}

    reading(reader, work)


def test_an_answer_that_arrived_in_part_changes_the_thread(app, as_gail, peter):
    reader, talk_id = Reader(app, as_gail), peter.id
    write(peter, "Hello " * 500)

    async def work() -> None:
        await reader.next()
        await later(app, newest_is("sent", talk_id))
        assert set(await reader.next()) == {f"thread-{talk_id}"}

    reading(reader, work)


def test_an_earlier_answer_that_comes_further_changes_the_thread(app, as_gail, peter):
    reader, talk_id = Reader(app, as_gail), peter.id
    earlier = write(peter).parts[0].id
    write(peter, "And a good day")

    def arrive() -> None:
        the(Part, earlier).state = "sent"

    async def work() -> None:
        await reader.next()
        await later(app, arrive)
        assert set(await reader.next()) == {f"thread-{talk_id}"}

    reading(reader, work)


def test_a_call_rings_and_stops(app, as_gail, peter, gail):
    reader, talk_id, gail_id = Reader(app, as_gail), peter.id, gail.id

    def ring() -> None:
        db.session.add(Offer(conversation_id=talk_id, user_id=gail_id, expires_at=utcnow()))

    def stop() -> None:
        db.session.scalars(db.select(Offer)).one().outcome = "expired"

    async def work() -> None:
        await reader.next()
        for change in (ring, stop):
            await later(app, change)
            assert set(await reader.next()) == {"offers"}

    reading(reader, work)


def test_what_becomes_known_of_the_customer_changes_the_details(app, as_gail, peter):
    reader, talk_id, contact_id = Reader(app, as_gail), peter.id, peter.contact_id

    def know() -> None:
        db.session.add(Fact(contact_id=contact_id, kind="email", value="p@example.com", source="text"))

    async def work() -> None:
        await reader.next()
        await later(app, know)
        assert set(await reader.next()) == {f"details-{talk_id}"}

    reading(reader, work)


def test_what_colleagues_get_is_no_news(app, as_gail, peter, page):
    reader, page_id = Reader(app, as_gail), page.id
    hugo = cast.agent("Hugo").id

    def other() -> None:
        customer = cast.contact(the(type(page), page_id), "Maya", "11")
        cast.conversation(customer, agent_id=hugo, assigned_at=utcnow())

    async def work() -> None:
        await reader.next()
        await later(app, other)
        await reader.silent()

    reading(reader, work)


def test_who_is_not_rung_for_within_a_moment_is_told_of_though_nothing_is_written(
    app, as_gail, page, gail, monkeypatch
):
    monkeypatch.setattr(waiting, "MOMENT", timedelta(seconds=2))
    monkeypatch.setattr(watching, "AGAIN", 2.2)
    reader, queue_id, page_id = Reader(app, as_gail), cast.queue("Sales", gail).id, page.id

    async def work() -> None:
        assert (await reader.next())["waiting"] == "0"
        await later(app, lambda: waits(the(Page, page_id), the(Queue, queue_id), minutes=0))
        await reader.silent(0.8)
        news = await reader.next()
        assert news["waiting"] == "1"
        assert "queued" in news

    reading(reader, work)


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


@pytest.mark.parametrize("how", ["deactivated", "password", "logged out"])
def test_a_session_that_ends_ends_its_stream(app, as_gail, gail, how):
    reader, gail_id = Reader(app, as_gail), gail.id

    def end() -> None:
        user = the(type(gail), gail_id)
        if how == "deactivated":
            user.active = False
        elif how == "password":
            user.set_password("another long one")
        else:
            db.session.scalars(db.select(Agent).filter_by(user_id=gail_id)).one().seen_at = None

    async def both() -> None:
        task = asyncio.ensure_future(reader.read())
        await reader.next()
        await asyncio.sleep(2 * watching.EVERY)
        await later(app, end)
        await asyncio.wait_for(task, 5)

    db.session.commit()
    Context().run(asyncio.run, both())


def test_a_process_that_is_told_to_end_does_not_wait_for_readers(app, as_gail, gail):
    reader = Reader(app, as_gail)

    async def both() -> None:
        task = asyncio.ensure_future(reader.read())
        await reader.next()
        app.front.streams.alive = lambda: False
        await asyncio.wait_for(task, 5)

    db.session.commit()
    Context().run(asyncio.run, both())


def test_one_too_many_of_a_user_ends_their_oldest(app, as_gail, gail, monkeypatch):
    monkeypatch.setattr(streams, "OF_A_USER", 2)
    readers = [Reader(app, as_gail) for _ in range(3)]

    async def all_of_them() -> None:
        tasks = []
        for reader in readers:
            tasks.append(asyncio.ensure_future(reader.read()))
            await reader.next()
        await asyncio.wait_for(tasks[0], 5)
        assert readers[0].said.endswith(streams.CROWDED)
        assert not tasks[1].done()
        for reader in readers:
            reader.left.set()
        await asyncio.gather(*tasks)

    db.session.commit()
    Context().run(asyncio.run, all_of_them())
    assert app.front.streams.count == 0
    assert app.front.streams.open == {}


def test_silence_is_broken_by_signs_of_life(app, as_gail, gail, monkeypatch):
    monkeypatch.setattr(streams, "BEAT", 0.5)
    reader = Reader(app, as_gail)

    async def work() -> None:
        await reader.next()
        await asyncio.sleep(2.5)

    reading(reader, work)
    assert streams.ALIVE in reader.said


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


def test_a_database_that_is_away_ends_no_stream(app, as_gail, peter, monkeypatch):
    from sqlalchemy.exc import OperationalError

    reader, talk_id = Reader(app, as_gail), peter.id
    look, failing = watching.news.look, {"left": 1}

    def away(watches):  # type: ignore[no-untyped-def]
        if failing["left"]:
            failing["left"] -= 1
            raise OperationalError("SELECT", None, Exception("away"))
        return look(watches)

    monkeypatch.setattr(watching, "AWAY", 0.1)
    monkeypatch.setattr(watching.news, "look", away)

    def write() -> None:
        the(Conversation, talk_id).last_message_at = utcnow()

    async def work() -> None:
        await reader.next()
        failing["left"] = 1
        await later(app, write)
        assert set(await reader.next()) == {"desk"}

    reading(reader, work)


def test_a_file_that_cannot_be_read_for_a_moment_ends_no_stream(app, as_gail, peter, monkeypatch):
    reader, talk_id = Reader(app, as_gail), peter.id
    version, failing = Gate._version, {"left": 0}

    def locked(gate):  # type: ignore[no-untyped-def]
        if failing["left"]:
            failing["left"] -= 1
            raise sqlite3.OperationalError("unable to open database file")
        return version(gate)

    monkeypatch.setattr(watching, "AWAY", 0.1)
    monkeypatch.setattr(Gate, "_version", locked)

    def write() -> None:
        the(Conversation, talk_id).last_message_at = utcnow()

    async def work() -> None:
        await reader.next()
        failing["left"] = 1
        await later(app, write)
        assert set(await reader.next()) == {"desk"}

    reading(reader, work)


def test_a_thread_that_failed_is_followed_by_another_one(app, as_gail, peter, monkeypatch):
    look = watching.news.look
    failing = {"left": 1}

    def wrong(watches):  # type: ignore[no-untyped-def]
        if failing["left"]:
            failing["left"] -= 1
            raise RuntimeError("a fault of ours")
        return look(watches)

    monkeypatch.setattr(watching.news, "look", wrong)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    first, second = Reader(app, as_gail), Reader(app, as_gail)

    async def work() -> None:
        while failing["left"] or app.front.streams.watcher.thread is not None:
            await asyncio.sleep(0.05)
        task = asyncio.ensure_future(second.read())
        assert await second.next()
        second.left.set()
        await asyncio.wait_for(task, 5)

    reading(first, work)


def test_a_conversation_of_another_tenant_is_not_watched(app, as_rita, peter):
    reader = Reader(app, as_rita, f"shown={peter.id}")

    async def work() -> None:
        assert set(await reader.next()) == {"desk", "offers", "waiting", "queued"}

    reading(reader, work)


def test_whoever_may_not_is_answered_by_the_application(app, as_nora):
    for client, status in ((as_nora, 403), (None, 302)):
        reader = Reader(app, client)
        Context().run(asyncio.run, reader.read())
        assert reader.status == status


def test_where_nothing_can_be_pushed_the_browser_is_told_to_ask(as_gail, peter):
    assert as_gail.get("/workspace/stream").status_code == 204
    answer = as_gail.get(f"/workspace/news?shown={peter.id}")
    its = {f"thread-{peter.id}", f"details-{peter.id}"}
    assert set(answer.json) == {"token", "desk", "offers", "waiting", "queued", *its}
    assert as_gail.get(f"/workspace/news?shown={peter.id}&token={answer.json['token']}").status_code == 204


def test_asking_shows_that_the_agent_is_here(as_gail, gail):
    as_gail.get("/workspace/news")
    assert db.session.scalars(db.select(Agent).filter_by(user=gail)).one().seen_at is not None


def test_many_readers_cost_as_many_queries_as_one(app, page, gail, count_queries):
    from webgateway.workspace import news

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


def test_no_right_no_news(as_nora, visitor):
    for path in ("/workspace/news", "/workspace/stream"):
        assert as_nora.get(path).status_code == 403
        assert "/login" in visitor.get(path).location
