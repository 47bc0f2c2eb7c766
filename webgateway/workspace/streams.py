"""The open workspaces of a process: long-lived answers that take no thread each (server-sent events)."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from .news import Tokens, Watch
from .watching import Watcher

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SEATS = "webgateway.seats"
"""In the scope of a request that may become a stream: a list into which Flask puts the ticket."""
TICK = 1.0
BEAT = 15.0
"""Seconds of silence after which a sign of life is sent: proxies cut what is silent."""
LONGEST = 600.0
"""Seconds after which a stream ends; the browser opens it anew, and its right is looked at again."""
PATIENCE = 20.0
"""Seconds a browser may take to read what it was sent."""
OF_A_USER = 6
MOST = 2000
HEADERS = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
ALIVE = b": still here\n\n"


@dataclass(frozen=True)
class Ticket:
    """Who may open a stream, given by Flask after it has looked at session and right."""

    watch: Watch
    uniquifier: str


class Stream:
    """What is to be told is merged until it is sent: it takes no more room than the tokens of one screen."""

    def __init__(self, ticket: Ticket) -> None:
        self.watch, self.uniquifier = ticket.watch, ticket.uniquifier
        self.seen = False
        self.loop = asyncio.get_running_loop()
        self.woken = asyncio.Event()
        self.news: Tokens = {}
        self.over = False
        self.began = self.sent_at = time.monotonic()

    def tell(self, tokens: Tokens) -> None:
        self._from_outside(lambda: self.news.update(tokens))

    def end(self) -> None:
        self._from_outside(self.stop)

    def stop(self) -> None:
        self.over = True
        self.woken.set()

    def tick(self, now: float) -> None:
        if now - self.began > LONGEST:
            self.stop()
        elif now - self.sent_at > BEAT:
            self.woken.set()

    async def next(self) -> bytes:
        """The next bytes for the browser; none at the end."""
        await self.woken.wait()
        self.woken.clear()
        if self.over:
            return b""
        news, self.news = self.news, {}
        self.sent_at = time.monotonic()
        return b"data: " + json.dumps(news).encode() + b"\n\n" if news else ALIVE

    def _from_outside(self, change: Callable[[], Any]) -> None:
        def wake() -> None:
            change()
            self.woken.set()

        self.loop.call_soon_threadsafe(wake)


class Streams:
    def __init__(self, app: Flask, alive: Callable[[], bool] = lambda: True) -> None:
        """`alive`: False when this process was told to end, which open streams must not hold up."""
        self.watcher = Watcher(app)
        self.alive = alive
        self.open: dict[int, deque[Stream]] = {}
        self.count = 0
        self.clock: asyncio.Task[None] | None = None

    async def serve(self, ticket: Ticket, receive: Receive, send: Send) -> None:
        stream = Stream(ticket)
        left = asyncio.ensure_future(receive())
        left.add_done_callback(lambda _: stream.stop())
        self._admit(stream)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await self._talk(stream, send)
        finally:
            left.cancel()
            self._dismiss(stream)

    async def _talk(self, stream: Stream, send: Send) -> None:
        chunk = b"retry: 2000\n\n"
        while chunk:
            try:
                async with asyncio.timeout(PATIENCE):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            except TimeoutError:
                return
            chunk = await stream.next()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _admit(self, stream: Stream) -> None:
        """One too many of a user ends their oldest."""
        theirs = self.open.setdefault(stream.watch.user_id, deque())
        theirs.append(stream)
        self.count += 1
        if len(theirs) > OF_A_USER:
            theirs[0].stop()
        if self.count > MOST:
            stream.stop()
        self.watcher.add(stream)
        if self.clock is None:
            self.clock = asyncio.ensure_future(self._tick())

    def _dismiss(self, stream: Stream) -> None:
        self.watcher.remove(stream)
        self.count -= 1
        theirs = self.open[stream.watch.user_id]
        theirs.remove(stream)
        if not theirs:
            del self.open[stream.watch.user_id]

    async def _tick(self) -> None:
        while self.open:
            await asyncio.sleep(TICK)
            now, alive = time.monotonic(), self.alive()
            for stream in [stream for theirs in self.open.values() for stream in theirs]:
                stream.tick(now) if alive else stream.stop()
        self.clock = None
