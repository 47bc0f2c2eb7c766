"""Agents' browsers as the server sees them: each holds a stream, brings the pieces that changed, accepts,
answers and closes. All in one process, over kept-alive connections of their own."""

import asyncio
import html
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests import cast
from tests.bench.line import Line

PART = "HX-Request: true\r\nHX-Request-Type: partial\r\n"
TOKEN = re.compile(r'id="(desk|offers|waiting)"[^>]*data-token="(\w+)"')
THREAD = re.compile(r'role="log"[^>]*data-token="(\w+)" hx-get="([^"]+)"')
OFFER = re.compile(r"/workspace/offers/(\d+)/acceptance")
MINE = re.compile(r'id="mine-(\d+)"')
OPENED = re.compile(r'id="talk"[^>]*data-conversation="(\d+)"')
NUMBER = re.compile(r"number (\d+)\b")
CSRF = re.compile(r'"X-CSRFToken": "([^"]+)"|name="csrf_token"[^>]*value="([^"]+)"')
TRIES = 10
SELDOM = 5.0  # seconds, as static/js/workspace/news.js has it
now = time.perf_counter


class Refused(Exception):  # noqa: N818
    """The server answered with something that no agent expects."""


@dataclass
class Seen:
    """When each customer's message first stood on a screen, by its number; and what was done."""

    at: dict[int, float] = field(default_factory=dict)
    unchanged: int = 0
    busy: int = 0
    accepted: int = 0
    missed: int = 0
    closed: int = 0
    times: list[float] = field(default_factory=list)


class Desk:
    """One agent. `talk_seconds` pass between accepting and closing; one answer is written in between."""

    def __init__(self, port: int, email: str, seen: Seen, talk_seconds: float) -> None:
        self.line = Line(port, seen.times)
        self.email, self.seen, self.talk_seconds = email, seen, talk_seconds
        self.known: dict[str, str] = {}
        self.shown = ""
        self.mine: set[str] = set()
        """The conversations in the list, of which the stream tells whichever is shown."""
        self.taken: set[str] = set()
        """What rang and is accepted or about to be."""
        self.thread = ""
        """Where the news of the conversation that is shown are asked for."""
        self.work: set[asyncio.Task[None]] = set()
        self.turn = asyncio.Lock()
        self.listed = -SELDOM
        self.watched = ""
        """Whichever was shown when the stream was opened: it tells of that one, too."""
        self.elsewhere = asyncio.Event()
        """A conversation is shown of which the stream does not tell."""

    async def log_in(self) -> None:
        _, _, page = await self.line.ask("GET", "/login")
        form = {"email": self.email, "password": cast.PASSWORD, "csrf_token": _csrf(page)}
        status, _, _ = await self.line.ask("POST", "/login", form)
        if status != 302:
            raise Refused(f"login: {status}")
        _, _, page = await self.line.ask("GET", "/workspace/")
        self.line.csrf = _csrf(page)
        self._learn(page)
        await self._do("/workspace/readiness")

    async def listen(self) -> None:
        """Until it is cancelled."""
        while True:
            stream = Line(self.line.port)
            stream.cookies = dict(self.line.cookies)
            stream.reader, stream.writer = await asyncio.open_connection("127.0.0.1", stream.port)
            self.watched = self.shown
            self.elsewhere.clear()
            stream.writer.write(stream._request("GET", f"/workspace/stream?shown={self.watched}", None))
            try:
                status, _ = await stream.head()
                if status != 200:
                    raise Refused(f"stream: {status}")
                await self._hear(stream)
            finally:
                stream.writer.close()

    async def _hear(self, stream: Line) -> None:
        """Until one is shown of which it does not tell: then the browser opens its stream anew, too."""
        chunks, elsewhere = stream.chunks(), asyncio.ensure_future(self.elsewhere.wait())
        following = asyncio.ensure_future(anext(chunks))
        try:
            while not self.elsewhere.is_set():
                await asyncio.wait({following, elsewhere}, return_when=asyncio.FIRST_COMPLETED)
                if not following.done():
                    continue
                try:
                    chunk = following.result()
                except (StopAsyncIteration, ConnectionError, asyncio.IncompleteReadError):
                    return
                if chunk.startswith(b"data: "):
                    await self._apply(json.loads(chunk[6:]))
                following = asyncio.ensure_future(anext(chunks))
        finally:
            following.cancel()
            elsewhere.cancel()

    async def _apply(self, news: dict[str, str]) -> None:
        """As static/js/workspace/news.js does."""
        async with self.turn:
            if (
                "queued" in news
                and self.known.get("waiting") != news["queued"]
                and now() - self.listed >= SELDOM
            ):
                self.listed = now()
                self._learn(await self._bring(f"/workspace/waiting?token={self.known.get('waiting', '')}"))
            if "offers" in news and self.known.get("offers") != news["offers"]:
                self._learn(await self._bring(f"/workspace/offers?token={self.known.get('offers', '')}"))
            thread = news.get(f"thread-{self.shown}")
            if thread and self.known.get("thread") != thread:
                self._learn(await self._bring(self.thread))
            elif "desk" in news and self.known.get("desk") != news["desk"]:
                self._learn(await self._bring(f"/workspace/desk?token={self.known.get('desk', '')}"))

    async def _bring(self, path: str) -> str:
        """A browser that is told to come again later does."""
        for _ in range(TRIES):
            status, _, body = await self.line.ask("GET", path, part=PART)
            if status != 503:
                break
            self.seen.busy += 1
            await asyncio.sleep(1)
        self.seen.unchanged += status == 204
        if status not in (200, 204):
            raise Refused(f"{path}: {status}")
        return str(body)

    async def _do(self, path: str, form: dict[str, str] | None = None) -> int:
        status, _, body = await self.line.ask("POST", path, form, part=PART)
        if status == 200:
            self._learn(body)
        return int(status)

    def _learn(self, page: str) -> None:
        for name, token in TOKEN.findall(page):
            self.known[name] = token
        if found := THREAD.search(page):
            self.known["thread"], self.thread = found[1], html.unescape(found[2])
        if found := OPENED.search(page):
            self.shown = found[1]
        if 'id="desk"' in page:
            self.mine = set(MINE.findall(page))
        if self.shown not in self.mine | {self.watched, ""}:
            self.elsewhere.set()
        for number in NUMBER.findall(page):
            self.seen.at.setdefault(int(number), now())
        ringing = set(OFFER.findall(page)) - self.taken
        self.taken |= ringing
        for offer in sorted(ringing, key=int):
            task = asyncio.ensure_future(self._serve(offer))
            self.work.add(task)
            task.add_done_callback(self.work.discard)

    async def _serve(self, offer: str) -> None:
        """Accept, answer, close."""
        async with self.turn:
            status = await self._do(f"/workspace/offers/{offer}/acceptance")
            talk = self.shown
        if status != 200:
            self.seen.missed += 1
            return
        self.seen.accepted += 1
        await asyncio.sleep(self.talk_seconds / 2)
        async with self.turn:
            await self._do(f"/workspace/{talk}/messages", {"text": "Let me look.", "key": f"k{offer}"})
        await asyncio.sleep(self.talk_seconds / 2)
        async with self.turn:
            status = await self._do(f"/workspace/{talk}/closure")
            self.seen.closed += status == 200
            if self.shown == talk:
                self.shown = ""


def _csrf(page: str) -> str:
    found = CSRF.search(page.replace("&#34;", '"'))
    assert found
    return found[1] or found[2]


def emails(count: int) -> Iterator[str]:
    yield from (f"agent{number}@example.com" for number in range(count))
