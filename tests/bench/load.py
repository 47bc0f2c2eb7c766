"""A stream of signed deliveries over kept-alive connections, from one process that takes little CPU.

Closed: each of the connections sends the next when the last is answered. Paced: deliveries are due at a fixed
rate whatever the answers do, and a delivery's time counts from the moment it was due.
"""

import asyncio
import gc
import itertools
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import uvloop

from tests.bench.signed import Request, deliveries

CONNECTIONS = 32
APART = 0.005
"""Seconds from one connection to the next. Of many at the same moment one process of a server may take all,
depending on which of them the system runs first: what is measured then is that."""
TICK = 0.001  # seconds between looks at what is due
PATIENCE = 10.0  # seconds that answers may take after the last was sent
now = time.perf_counter


@dataclass
class Measured:
    seconds: float
    times: list[float] = field(default_factory=list)
    """Seconds to each answer."""
    answered: list[int] = field(default_factory=list)
    """Numbers of the deliveries answered with 200."""
    refused: int = 0
    """Answered with something else."""
    lost: int = 0
    """Never answered: the connection broke or the patience ended."""
    own_cpu: float = 0.0
    """Share of one core that the stream itself took."""

    @property
    def per_second(self) -> float:
        return len(self.answered) / self.seconds


def closed(port: int, path: str, seconds: float) -> Measured:
    return uvloop.run(_run(Stream(path, seconds), port))


def paced(port: int, path: str, seconds: float, per_second: float) -> Measured:
    return uvloop.run(_run(PacedStream(path, seconds, per_second), port))


class Stream:
    def __init__(self, path: str, seconds: float) -> None:
        self.measured = Measured(seconds)
        # Made before the clock runs; should they not be enough, the rest is made on the way.
        stock = list(itertools.islice(deliveries(path), int(seconds * 8000)))
        self.requests: Iterator[Request] = itertools.chain(stock, deliveries(path))
        self.end = 0.0
        self.unanswered = 0

    def begin(self, connections: list["Connection"]) -> None:
        self.end = now() + self.measured.seconds
        for connection in connections:
            self.idle(connection)

    def idle(self, connection: "Connection") -> None:
        if now() < self.end:
            self.send(connection, now())

    def send(self, connection: "Connection", due: float) -> None:
        number, request = next(self.requests)
        self.unanswered += 1
        connection.send(number, request, due)

    def answer(self, number: int, due: float, status: bytes) -> None:
        self.unanswered -= 1
        self.measured.times.append(now() - due)
        if status == b"200":
            self.measured.answered.append(number)
        else:
            self.measured.refused += 1

    def broken(self) -> None:
        self.unanswered -= 1
        self.measured.lost += 1

    @property
    def running(self) -> bool:
        return now() < self.end or (self.unanswered > 0 and now() < self.end + PATIENCE)


class PacedStream(Stream):
    def __init__(self, path: str, seconds: float, per_second: float) -> None:
        super().__init__(path, seconds)
        self.per_second = per_second
        self.free: deque[Connection] = deque()
        self.waiting: deque[float] = deque()
        self.scheduled = 0
        self.total = int(seconds * per_second)

    def begin(self, connections: list["Connection"]) -> None:
        self.free.extend(connections)
        self.start = now()
        self.end = self.start + self.measured.seconds
        self.tick()

    def tick(self) -> None:
        while self.scheduled < self.total and self.start + self.scheduled / self.per_second <= now():
            self.waiting.append(self.start + self.scheduled / self.per_second)
            self.scheduled += 1
        while self.waiting and self.free:
            self.send(self.free.popleft(), self.waiting.popleft())
        if self.scheduled < self.total or self.waiting:
            asyncio.get_running_loop().call_later(TICK, self.tick)

    def idle(self, connection: "Connection") -> None:
        if self.waiting:
            self.send(connection, self.waiting.popleft())
        else:
            self.free.append(connection)

    @property
    def running(self) -> bool:
        return bool(self.waiting and now() < self.end + PATIENCE) or super().running


class Connection(asyncio.Protocol):
    """Connects anew when the server closes it, as Meta does."""

    transport: asyncio.Transport

    def __init__(self, stream: Stream, connect: Callable[["Connection"], None]) -> None:
        self.stream, self.connect = stream, connect
        self.under_way: tuple[int, float] | None = None
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def send(self, number: int, request: bytes, due: float) -> None:
        self.under_way = number, due
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.received = self.received + data if self.received else data
        if self.under_way is None or not complete(self.received):
            return
        (number, due), status = self.under_way, self.received[9:12]
        closing = b"\r\nconnection: close" in self.received.lower()
        self.under_way, self.received = None, b""
        self.stream.answer(number, due, status)
        if closing:
            self.transport.close()
        else:
            self.stream.idle(self)

    def connection_lost(self, error: Exception | None) -> None:
        self.received = b""
        if self.under_way is not None:
            self.under_way = None
            self.stream.broken()
        if self.stream.running:
            self.connect(self)


def complete(answer: bytes) -> bool:
    """Whether all of an HTTP answer is there."""
    head, found, rest = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    _, length, after = head.lower().partition(b"\r\ncontent-length:")
    if length:
        return len(rest) >= int(after.partition(b"\r\n")[0])
    return rest.endswith(b"0\r\n\r\n")


async def _run(stream: Stream, port: int) -> Measured:
    loop = asyncio.get_running_loop()
    under_way: set[asyncio.Task[None]] = set()

    async def connect(connection: Connection) -> None:
        try:
            await loop.create_connection(lambda: connection, "127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            again(connection)
        else:
            if stream.end:
                stream.idle(connection)

    def again(connection: Connection) -> None:
        if stream.running:
            task = loop.create_task(connect(connection))
            under_way.add(task)
            task.add_done_callback(under_way.discard)

    connections = [Connection(stream, again) for _ in range(CONNECTIONS)]
    for connection in connections:
        await connect(connection)
        await asyncio.sleep(APART)
    gc.disable()
    cpu = time.process_time()
    stream.begin(connections)
    while stream.running:
        await asyncio.sleep(0.02)
    stream.measured.own_cpu = (time.process_time() - cpu) / stream.measured.seconds
    gc.enable()
    stream.measured.lost += stream.unanswered
    stream.end = 0.0
    for connection in connections:
        connection.under_way = None
        connection.transport.close()
    return stream.measured


def one(port: int, request: bytes) -> bytes:
    """Send a single delivery; the answer's status."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        received = b""
        while not complete(received):
            received += connection.recv(65536)
    return received[9:12]
