"""One kept-alive connection, as a browser or a webhook holds it."""

import asyncio
import time
from urllib.parse import urlencode

PATIENCE = 30.0
now = time.perf_counter


class Line:
    """`times`: of each answer, in seconds, is put in there."""

    def __init__(self, port: int, times: list[float] | None = None) -> None:
        self.port, self.times = port, [] if times is None else times
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None
        self.cookies: dict[str, str] = {}
        self.csrf = ""

    async def ask(self, method: str, path: str, form: dict[str, str] | None = None, **more: str):  # type: ignore[no-untyped-def]
        """Status, headers and body."""
        began = now()
        for last in (False, True):
            try:
                if self.writer is None:
                    self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
                self.writer.write(self._request(method, path, form, **more))
                async with asyncio.timeout(PATIENCE):
                    answer = await self._answer()
                break
            except (ConnectionError, asyncio.IncompleteReadError):
                self.writer = None
                if last:
                    raise
        self.times.append(now() - began)
        return answer

    async def post(self, raw: bytes) -> int:
        """A whole request; the answer's status."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(raw)
        async with asyncio.timeout(PATIENCE):
            status, _, _ = await self._answer()
        return int(status)

    def _request(self, method: str, path: str, form: dict[str, str] | None, part: str = "") -> bytes:
        body = urlencode(form or {}).encode()
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {cookie}\r\n{part}"
        if method == "POST":
            head += "Content-Type: application/x-www-form-urlencoded\r\n"
            head += f"X-CSRFToken: {self.csrf}\r\nContent-Length: {len(body)}\r\n"
        return head.encode() + b"\r\n" + body

    async def _answer(self) -> tuple[int, dict[str, str], str]:
        assert self.reader is not None
        status, headers = await self.head()
        if "content-length" in headers:
            body = await self.reader.readexactly(int(headers["content-length"]))
        elif headers.get("transfer-encoding") == "chunked":
            body = b"".join([chunk async for chunk in self.chunks()])
        else:
            body = b""
        if headers.get("connection") == "close" and self.writer is not None:
            self.writer.close()
            self.writer = None
        return status, headers, body.decode()

    async def head(self) -> tuple[int, dict[str, str]]:
        assert self.reader is not None
        raw = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in raw[1:-2]:
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
            headers[name.lower()] = value
        return int(raw[0][9:12]), headers

    async def chunks(self):  # type: ignore[no-untyped-def]
        assert self.reader is not None
        while size := int((await self.reader.readline()).strip() or b"0", 16):
            yield await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        await self.reader.readline()
