"""Flask's answers on their way from a thread to the server."""

import asyncio
import threading
import time
from contextlib import suppress

import pytest

from webgateway import threads
from webgateway.threads import Threads

HEADERS = [(b"cookie", b"a=1"), (b"content-type", b"text/plain")]
SCOPE = {"type": "http", "method": "POST", "path": "/é", "query_string": b"q=1", "http_version": "1.1"}


def answered(app, body=b"", send=None):  # type: ignore[no-untyped-def]
    sent = []

    async def note(message):  # type: ignore[no-untyped-def]
        sent.append(message)

    async def ask():  # type: ignore[no-untyped-def]
        await Threads(app, 1).answer({**SCOPE, "headers": HEADERS}, body, send or note)

    asyncio.run(ask())
    return sent


class Pieces(list):  # type: ignore[type-arg]
    closed_in: str | None = None

    def close(self) -> None:
        self.closed_in = threading.current_thread().name


def saying(pieces):  # type: ignore[no-untyped-def]
    def app(_environ, start_response):  # type: ignore[no-untyped-def]
        start_response("200 OK", [("X-Said", "yes")])
        return pieces

    return app


def test_what_was_asked_comes_whole():
    asked = {}

    def app(environ, start_response):  # type: ignore[no-untyped-def]
        asked.update(environ, body=environ["wsgi.input"].read())
        start_response("204 NO CONTENT", [])
        return []

    answered(app, b"a=b")
    assert (asked["REQUEST_METHOD"], asked["QUERY_STRING"], asked["body"]) == ("POST", "q=1", b"a=b")
    assert asked["PATH_INFO"].encode("latin-1").decode() == "/é"
    assert (asked["HTTP_COOKIE"], asked["CONTENT_TYPE"]) == ("a=1", "text/plain")


def test_a_page_leaves_with_its_end():
    pieces = Pieces([b"Hello"])
    start, body = answered(saying(pieces))
    assert start == {"type": "http.response.start", "status": 200, "headers": [(b"x-said", b"yes")]}
    assert body == {"type": "http.response.body", "body": b"Hello", "more_body": False}
    assert str(pieces.closed_in).startswith("WSGI")


def test_nothing_is_an_answer_too():
    assert answered(saying([]))[1:] == [{"type": "http.response.body", "body": b"", "more_body": False}]


def test_a_long_answer_begins_to_leave_before_its_end_is_made():
    begun = threading.Event()
    whole = []

    def pieces():  # type: ignore[no-untyped-def]
        yield b"a" * threads.PIECE
        assert begun.wait(10)
        yield b"b"

    async def send(message):  # type: ignore[no-untyped-def]
        whole.append(message.get("body", b""))
        begun.set()

    answered(saying(pieces()), send=send)
    assert b"".join(whole) == b"a" * threads.PIECE + b"b"


def test_an_error_is_the_servers_to_tell():
    def app(_environ, _start_response):  # type: ignore[no-untyped-def]
        raise KeyError("broken")

    with pytest.raises(KeyError):
        answered(app)


def test_whoever_leaves_holds_no_thread(monkeypatch):
    monkeypatch.setattr(threads, "PIECES", 1)
    made = threading.Event()

    def pieces():  # type: ignore[no-untyped-def]
        for _ in range(5):
            yield b"a" * threads.PIECE
        made.set()

    async def never(_message):  # type: ignore[no-untyped-def]
        await asyncio.sleep(60)

    async def leave():  # type: ignore[no-untyped-def]
        asking = asyncio.ensure_future(
            Threads(saying(pieces()), 1).answer({**SCOPE, "headers": HEADERS}, b"", never)
        )
        await asyncio.sleep(0.2)
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        until = time.monotonic() + 10
        while not made.is_set() and time.monotonic() < until:
            await asyncio.sleep(0.02)

    asyncio.run(leave())
    assert made.is_set()


def test_an_answer_whose_loop_has_ended_is_nobodys_trouble(caplog):
    going_on = threading.Event()
    threads_of_app = None

    def app(_environ, start_response):  # type: ignore[no-untyped-def]
        start_response("200 OK", [])
        going_on.wait(5)
        return [b"too late"]

    async def leave():  # type: ignore[no-untyped-def]
        nonlocal threads_of_app
        threads_of_app = Threads(app, 1)
        asking = asyncio.ensure_future(threads_of_app.answer({**SCOPE, "headers": HEADERS}, b"", None))
        await asyncio.sleep(0.05)
        asking.cancel()

    asyncio.run(leave())
    going_on.set()
    threads_of_app.pool.shutdown()
    assert not caplog.records
