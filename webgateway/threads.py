"""A WSGI application in threads, for an ASGI server. Every change between a thread and the loop costs as much
as a small query: a request comes there whole, and its answer leaves whole, too, unless it is a long one."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from io import BytesIO
from typing import Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from a2wsgi.wsgi import build_environ

from .bodies import Message, Scope

Send = Callable[[Message], Awaitable[None]]

PIECE = 64 * 1024
"""Bytes of an answer that are handed over before its end is made."""
PIECES = 1000
"""Of an answer, handed over without waiting for its reader."""


class Threads:
    def __init__(self, app: WSGIApplication, count: int) -> None:
        self.app = app
        self.pool = ThreadPoolExecutor(count, "WSGI")

    async def answer(self, scope: Scope, body: bytes, send: Send) -> None:
        environ: Any = build_environ(scope, BytesIO(body))  # type: ignore[arg-type]
        answer = Answer(asyncio.get_running_loop())
        made = self.pool.submit(copy_context().run, answer.make, self.app, environ)
        made.add_done_callback(answer.wake)
        try:
            while not made.done():
                await answer.woken.wait()
                answer.woken.clear()
                await answer.send(send)
            await answer.send(send, made.result())
        finally:
            answer.leave()


class Answer:
    """Made in a thread, sent by the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.woken = asyncio.Event()
        self.room = asyncio.Semaphore(PIECES)
        self.handed: list[list[Message]] = []
        self.said: list[Message] = []
        self.size = 0
        self.left = False

    def make(self, app: WSGIApplication, environ: WSGIEnvironment) -> list[Message]:
        """The end of it, which mostly is all."""
        pieces = app(environ, self._begin)
        try:
            for piece in pieces:
                self._say(piece)
        finally:
            getattr(pieces, "close", lambda: None)()
        last = {"type": "http.response.body", "body": b"", "more_body": False}
        if self.said and self.said[-1]["type"] == last["type"]:
            last["body"] = self.said.pop()["body"]
        return [*self.said, last]

    def wake(self, _made: object) -> None:
        """From the thread; a loop that has ended meanwhile waits for nothing."""
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.woken.set)

    async def send(self, send: Send, last: list[Message] | None = None) -> None:
        handed, self.handed = self.handed, []
        for messages in (*handed, last or ()):
            for message in messages:
                await send(message)
        for _ in handed:
            self.room.release()

    def leave(self) -> None:
        """Nobody reads on: the thread comes to its end."""
        self.left = True
        self.room.release()

    def _begin(
        self, status: str, headers: list[tuple[str, str]], _error: Any = None, /
    ) -> Callable[[bytes], object]:
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        start = {"type": "http.response.start", "status": int(status.split(" ", 1)[0]), "headers": raw}
        self.said.append(start)
        return self._say

    def _say(self, piece: bytes) -> None:
        self.said.append({"type": "http.response.body", "body": piece, "more_body": True})
        self.size += len(piece)
        if self.size >= PIECE:
            said, self.said, self.size = self.said, [], 0
            asyncio.run_coroutine_threadsafe(self._hand(said), self.loop).result()

    async def _hand(self, said: list[Message]) -> None:
        """When PIECES wait for their reader, not before one is sent."""
        await self.room.acquire()
        if self.left:
            self.room.release()
        else:
            self.handed.append(said)
            self.woken.set()
