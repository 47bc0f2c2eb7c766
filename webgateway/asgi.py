"""The ASGI face: deliveries go straight to the door, everything else to Flask in threads.

A request reaches a thread only when it is there whole, and its answer never waits in one for a slow reader.
The news for an open workspace comes without a thread, once Flask has let its reader in.
"""

import asyncio
from functools import cache
from urllib.parse import quote_from_bytes
from wsgiref.types import WSGIApplication

from sqlalchemy.exc import SQLAlchemyError

from . import bodies
from .bodies import Bodies, Full, Gone, Message, Receive, Scope, TooLarge
from .journal import door as doors
from .journal.commits import Batch, Place
from .journal.door import Answer, Door
from .journal.keeping import Row
from .threads import Send, Threads
from .workspace.streams import SEATS, Streams, Ticket

DELIVERIES = "/meta/"
STREAM = "/workspace/stream"
FORM = b"application/x-www-form-urlencoded"
SIGNATURES = (b"x-hub-signature-256", b"x-hub-signature")
FRAMING = (b"content-length", b"transfer-encoding")
ASCII = bytes(range(0x21, 0x7F))

THREADS = 8
MOST_IN_THREADS = 100
"""Requests in threads or waiting for one; more are answered 503 at once."""
BUSY = Answer(503, "Too many requests at once. Try again in a moment.\n", "unavailable")


class Front:
    """In front of Flask, one for each process."""

    def __init__(self, flask: WSGIApplication, door: Door, streams: Streams) -> None:
        self.door = door
        self.streams = streams
        self.flask = Threads(flask, THREADS)
        self.bodies = Bodies(doors.LARGEST)
        self.files = Bodies(bodies.FILES, bodies.FILES_WITHIN)
        self.in_threads = 0
        self.batch: Batch[Row] | None = None
        self.settled = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await other(scope, receive, send)
        uri = delivery_to(scope)
        try:
            if scope["path"] == STREAM:
                return await self._stream(scope, receive, send)
            if uri is None:
                return await self._in_a_thread(scope, receive, send)
            given = await self._deliver(uri, scope, receive)
        except TooLarge:
            given = doors.TOO_LARGE
        except TimeoutError:
            given = doors.TOO_SLOW
        except Full:
            given = BUSY
        except Gone:
            return None
        await answer(send, given if uri is None else doors.counted(given))

    async def _deliver(self, uri: str, scope: Scope, receive: Receive) -> Answer:
        door = self.door
        try:
            key = door.keys.fresh(uri) or await asyncio.to_thread(door.keys.look_up, uri)
            if key is None:
                return doors.UNKNOWN
            async with self.bodies.read(scope, receive) as body:
                headers = signatures(scope)
                row = door.check(key, body, headers)
                if row is None:
                    row = await asyncio.to_thread(door.check_again, uri, body, headers)
                if isinstance(row, Answer):
                    return row
                return doors.KEPT if await self._kept(door.keep(row)) else doors.UNAVAILABLE
        except SQLAlchemyError as error:
            return door.unavailable(uri, error)

    async def _kept(self, place: Place[Row]) -> bool:
        """All of a batch wait for the same event: the writing thread wakes this one once."""
        if self.batch is not place.batch:
            self.batch, self.settled = place.batch, asyncio.Event()
            wake_when_done(place.batch, self.settled)
        await self.settled.wait()
        return place.kept()

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Flask decides: with a ticket the reader stays here, anything else is Flask's own answer."""
        seats: list[Ticket] = []
        said: list[Message] = []

        async def hold(message: Message) -> None:
            said.append(message)

        await self._in_a_thread({**scope, SEATS: seats}, receive, hold)
        if seats:
            return await self.streams.serve(seats[0], receive, send)
        for message in said:
            await send(message)

    async def _in_a_thread(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.in_threads >= MOST_IN_THREADS:
            raise Full
        self.in_threads += 1
        try:
            async with self._room(scope).read(scope, receive) as body:
                await self.flask.answer(whole(scope, len(body)), body, send)
        finally:
            self.in_threads -= 1

    def _room(self, scope: Scope) -> Bodies:
        """People's files have one of their own, and take none of what deliveries need."""
        return self.files if bodies.WITH_FILES.fullmatch(scope["path"]) else self.bodies


def delivery_to(scope: Scope) -> str | None:
    """The gateway's URI, when the request is one that the door answers."""
    path: str = scope["path"]
    if scope["method"] != "POST" or not path.startswith(DELIVERIES):
        return None
    uri = path[len(DELIVERIES) :]
    if not uri or "/" in uri or header(scope, b"content-type").split(b";")[0].strip().lower() == FORM:
        return None
    return uri


def header(scope: Scope, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key == name), b"")


def signatures(scope: Scope) -> dict[str, str]:
    return {key.decode(): value.decode("latin-1") for key, value in scope["headers"] if key in SIGNATURES}


def wake_when_done(batch: Batch[Row], settled: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    timer = loop.call_later(doors.PATIENCE, settled.set)

    def wake() -> None:
        timer.cancel()
        settled.set()

    batch.done.add_done_callback(lambda _: loop.call_soon_threadsafe(wake))


def whole(scope: Scope, length: int) -> Scope:
    """The scope of a body that came whole; an address as WSGI takes it, in ASCII."""
    headers = [(key, value) for key, value in scope["headers"] if key not in FRAMING]
    query: bytes = scope["query_string"]
    return {
        **scope,
        "headers": [*headers, (b"content-length", str(length).encode())],
        "query_string": query if query.isascii() else quote_from_bytes(query, safe=ASCII).encode(),
    }


async def other(scope: Scope, receive: Receive, send: Send) -> None:
    """There is nothing to do when the server starts and stops, and no websocket."""
    if scope["type"] == "websocket":
        return await send({"type": "websocket.close", "code": 1000})
    for _ in ("startup", "shutdown"):
        await send({"type": f"{(await receive())['type']}.complete"})


async def answer(send: Send, given: Answer) -> None:
    for message in messages(given):
        await send(message)


@cache
def messages(given: Answer) -> tuple[Message, Message]:
    text = given.text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(text)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    start = {"type": "http.response.start", "status": given.status, "headers": headers}
    return start, {"type": "http.response.body", "body": text}
