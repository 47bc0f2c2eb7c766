"""A stream goes on while it may, and ends with what it belongs to."""

import asyncio
from contextvars import Context

import pytest

from tests.workspace.reader import Reader, later, reading, the
from webgateway.db import db
from webgateway.queues.models import Agent
from webgateway.workspace import streams, watching


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


def test_whoever_may_not_is_answered_by_the_application(app, as_nora):
    for client, status in ((as_nora, 403), (None, 302)):
        reader = Reader(app, client)
        Context().run(asyncio.run, reader.read())
        assert reader.status == status
