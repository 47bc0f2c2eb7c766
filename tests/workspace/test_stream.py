"""What changes reaches the open workspace by itself."""

from datetime import timedelta

import pytest

from tests import cast
from tests.conversations.sending import write
from tests.workspace.desk import waits
from tests.workspace.reader import Reader, later, reading, the
from webgateway.conversations.facts import Fact
from webgateway.conversations.models import Conversation, Part
from webgateway.conversations.offers import Offer
from webgateway.db import db, utcnow
from webgateway.pages.models import Page
from webgateway.queues.models import Queue
from webgateway.workspace import waiting, watching


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


def test_a_conversation_of_another_tenant_is_not_watched(app, as_rita, peter):
    reader = Reader(app, as_rita, f"shown={peter.id}")

    async def work() -> None:
        assert set(await reader.next()) == {"desk", "offers", "waiting", "queued"}

    reading(reader, work)
