"""A browser that holds the stream of the workspace, and what happens meanwhile."""

import asyncio
import contextlib
import json
from contextvars import Context

from flask import Flask

from tests.conftest import Client
from tests.databases import in_its_own
from webgateway.db import db


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


async def later(app: Flask, change) -> None:  # type: ignore[no-untyped-def]
    await asyncio.to_thread(in_its_own, app, change)


def the(kind, record_id):  # type: ignore[no-untyped-def]
    return db.session.get(kind, record_id)
