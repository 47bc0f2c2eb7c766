"""A contact centre at work: a hundred open workspaces, twenty new conversations a second, agents who accept,
answer and close. How soon a message stands on a screen, whether anything is lost, and the cost when idle."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path

from tests import cast
from tests.bench.desks import Desk, Seen, emails
from tests.bench.installation import Installation, installed
from tests.bench.line import Line
from tests.bench.measure import Findings, Row, Scale, Table, ms, percentile
from tests.bench.postgresql import Server
from tests.bench.signed import FIRST_CUSTOMER, MID, request
from tests.deliveries import delivery, text, wire
from tests.serving import free_port
from webgateway.db import db
from webgateway.gateways.models import Gateway
from webgateway.pages.models import Page
from webgateway.users import joining

BAR = 1.0  # seconds
IDLE_BAR = 0.1  # of a core
PATIENCE = 30.0  # seconds after the last delivery until it stands on a screen
CAUGHT_UP = 120.0  # seconds after that until what is in no conversation counts as lost
SENDERS = 8
TRIES = 50
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Size:
    agents: int = 100
    per_second: float = 20.0
    seconds: float = 60.0
    talk: float = 8.0
    """Seconds from accepting to closing."""
    idle: float = 20.0


QUICK = Size(agents=4, per_second=4, seconds=3, talk=1, idle=2)


@dataclass
class Day:
    """`sent`: when each delivery was answered 200, by its number."""

    size: Size
    sent: dict[int, float]
    seen: Seen
    stored: set[str]
    idle_cpu: float
    busy_cpu: float

    @property
    def times(self) -> list[float]:
        """Seconds from there to the screen."""
        return [self.seen.at[number] - at for number, at in self.sent.items() if number in self.seen.at]

    def rows(self, database: str) -> list[Row]:
        size, times = self.size, self.times
        late, lost, unseen = (
            percentile(times, 0.95),
            len({MID % number for number in self.sent} - self.stored),
            len(self.sent) - len(times),
        )
        what = f"{size.agents} workspaces, {size.per_second:.0f} conversations a second, {database}"
        measured = f"p95 {ms(late)}; {lost} lost, {unseen} unseen"
        holds = late < BAR and lost == unseen == 0
        idle = f"{size.agents} idle workspaces, CPU of the web processes, {database}"
        return [
            Row(what, "on a screen: p95 under 1 s, nothing lost", measured, holds),
            Row(idle, "under 10 % of a core", f"{self.idle_cpu:.1%}", self.idle_cpu < IDLE_BAR),
        ]

    def cells(self) -> tuple[str, ...]:
        seen, times = self.seen, self.times
        asked = len(seen.times) / (self.size.seconds + self.size.talk)
        shown = (ms(percentile(times, 0.5)), ms(percentile(times, 0.95)), ms(max(times, default=0.0)))
        done = (str(seen.accepted), str(seen.missed), str(seen.closed))
        unchanged, busy = str(seen.unchanged), str(seen.busy)
        answers = (f"{asked:.0f}", ms(percentile(seen.times, 0.95)), unchanged, busy)
        return (str(len(self.sent)), *shown, *done, *answers, f"{self.busy_cpu:.0%}", f"{self.idle_cpu:.1%}")


COLUMNS = (
    *("database", "conversations", "p50", "p95", "longest", "accepted", "missed", "closed"),
    *("requests a second", "their p95", "answered 204", "answered 503", "CPU", "CPU idle"),
)


def measure(folder: Path, server: Server | None, scale: Scale) -> Findings:
    size = QUICK if scale.seconds < 1 else Size()
    found, shown = Findings(), []
    urls = {"SQLite": None, **({"PostgreSQL": server.database("workspace")} if server else {})}
    for name, url in urls.items():
        graph = free_port()
        with ExitStack() as stack:
            address = f"http://127.0.0.1:{graph}"
            place = folder / f"workspace-{name}"
            installation = stack.enter_context(installed(place, url, graph_url=address))
            staff(installation, size.agents)
            stack.enter_context(installation.web())
            stack.enter_context(installation.worker())
            day = asyncio.run(work(installation, size, graph))
        found.rows += day.rows(name)
        shown.append((name, *day.cells()))
    found.tables.append(Table("Open workspaces", COLUMNS, shown))
    return found


def staff(installation: Installation, count: int) -> None:
    """Agents, a flow that hands over to them, a login that lets them write."""
    with installation.app.app_context():
        gateway = db.session.scalars(db.select(Gateway)).one()
        gateway.flow = cast.flow("Agents", opening_message="Hello! An agent is coming.")
        cast.grant(db.session.scalars(db.select(Page)).one(), cast.account(gateway))
        password, role = cast.person("Ada").password, joining.built_in("agent")
        for email in emails(count):
            user = joining.join(cast.tenant(), email, cast.PASSWORD, role, name=email.partition("@")[0])
            user.password = password
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


async def work(installation: Installation, size: Size, graph: int) -> Day:
    seen, sent = Seen(), {}
    async with meta(graph):
        desks = [Desk(installation.port, email, seen, size.talk) for email in emails(size.agents)]
        await in_turn([desk.log_in for desk in desks])
        listening = [asyncio.ensure_future(desk.listen()) for desk in desks]
        await asyncio.sleep(2)
        idle_cpu = await cpu_during(installation.port, asyncio.sleep(size.idle), size.idle)
        seen.unchanged = 0
        seen.times.clear()
        before = time.monotonic()
        busy = deliver(installation, size, sent)
        busy_cpu = await cpu_during(installation.port, busy, size.seconds)
        while len(seen.at) < len(sent) and time.monotonic() - before < size.seconds + PATIENCE:
            await asyncio.sleep(0.1)
        await asyncio.sleep(size.talk)
        await all_ended(listening)
    return Day(size, sent, seen, await stored(installation, len(sent)), idle_cpu, busy_cpu)


async def all_ended(tasks: list[asyncio.Task[None]]) -> None:
    """They are cancelled. Raises what one of them failed with."""
    for task in tasks:
        task.cancel()
    for error in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(error, Exception):
            raise error


async def stored(installation: Installation, expected: int) -> set[str]:
    """The messages in conversations, once a worker that fell behind has caught up."""
    until = time.monotonic() + CAUGHT_UP
    while True:
        found = installation.look.all("SELECT mid FROM messages WHERE author = 'customer'")
        if len(found) >= expected or time.monotonic() > until:
            return {mid for (mid,) in found}
        await asyncio.sleep(1)


async def in_turn(calls) -> None:  # type: ignore[no-untyped-def]
    """Four at a time: passwords take their while."""
    several = asyncio.Semaphore(4)

    async def one(call) -> None:  # type: ignore[no-untyped-def]
        async with several:
            await call()

    await asyncio.gather(*map(one, calls))


async def deliver(installation: Installation, size: Size, sent: dict[int, float]) -> None:
    """A new customer's message every now and then, on time whatever the answers do. Like Meta's, what is not
    answered 200 comes again."""
    due: asyncio.Queue[int | None] = asyncio.Queue()

    async def sender() -> None:
        line = Line(installation.port)
        while (number := await due.get()) is not None:
            posted = request(installation.path, body(number))
            for _ in range(TRIES):
                if await line.post(posted) == 200:
                    sent[number] = time.perf_counter()
                    break
                await asyncio.sleep(0.2)

    senders = [asyncio.ensure_future(sender()) for _ in range(SENDERS)]
    began = time.monotonic()
    for number in range(1, int(size.seconds * size.per_second) + 1):
        await asyncio.sleep(max(0.0, began + number / size.per_second - time.monotonic()))
        due.put_nowait(number)
    for _ in senders:
        due.put_nowait(None)
    await asyncio.gather(*senders)


def body(number: int) -> bytes:
    words = f"Where is my order number {number} ?"
    said = text(words, MID % number, by=str(FIRST_CUSTOMER + number), at=int(time.time() * 1000))
    return wire(delivery(said))


@asynccontextmanager
async def meta(port: int) -> AsyncIterator[None]:
    """Takes every message at once."""
    count = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        # Cancelled at the end of the day, while it waits for the next message.
        ends = (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError)
        with suppress(*ends), closing(writer):
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = head.lower().partition(b"content-length:")[2].partition(b"\r")[0].strip()
                await reader.readexactly(int(length or 0))
                count += 1
                said = b'{"recipient_id":"1","message_id":"m_out_%d","name":"Peter Chang"}' % count
                head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                writer.write(head % len(said) + said)

    async with await asyncio.start_server(answer, "127.0.0.1", port):
        yield


async def cpu_during(port: int, work, seconds: float) -> float:  # type: ignore[no-untyped-def]
    """Of the web processes, in cores."""
    processes = listening_on(port)
    before = sum(map(ticks, processes))
    await work
    return (sum(map(ticks, processes)) - before) / TICKS / seconds


def listening_on(port: int) -> list[int]:
    """gunicorn and its workers: those whose environment names the port."""
    wanted = f"PORT={port}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            ours = wanted in (folder / "environ").read_bytes().split(b"\0")
            web = b"gunicorn" in (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if ours and web:
            found.append(int(folder.name))
    return found


def ticks(pid: int) -> int:
    try:
        after = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(after[11]) + int(after[12])
