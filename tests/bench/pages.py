"""Pages on full tables and on a tenth of them: how long each takes, and whether it grows with the table."""

import http.client
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bench import memory, tables
from tests.bench.installation import Installation, installed
from tests.bench.measure import Findings, Row, Scale, Table, Times, ms
from tests.bench.postgresql import Server

BAR = 0.060  # seconds
SUMS = {"figures of 1,000,000 messages": 0.5}
"""Seconds, where a page adds up what it is asked about: more of that takes longer."""
GROWN = 1.3  # times as long on ten times the rows counts as growing
NOISE = 0.003  # seconds more that do not
WARM_UP = 6

PATHS: Mapping[str, Mapping[str, str]] = {
    "registry with 10,000 gateways": {
        "first page": "/gateways/",
        "last page": "/gateways/?page=999999",
        "search": "/gateways/?q=Gateway+3",
        "search that finds nothing": "/gateways/?q=nothing+like+it",
    },
    "register with 5,000 pages": {
        "first page": "/gateways/1/pages",
        "last page": "/gateways/1/pages?page=999999",
        "search": "/gateways/1/pages?q=Page+3",
        "search that finds nothing": "/gateways/1/pages?q=nothing+like+it",
    },
    "conversations with 1,000,000 messages": {
        "first page": "/conversations/",
        "closed ones": "/conversations/?state=closed",
        "of one page": "/conversations/?state=all&page_id=7",
        "as many as are listed": "/conversations/?state=all&shown=150",
        "search": "/conversations/?state=all&q=Customer+33",
        "search that finds nothing": "/conversations/?state=all&q=nothing+like+it",
        "a conversation of 2,000 messages": "/conversations/1",
    },
    "records of 1,000,000 messages": {
        "first page": "/records/",
        "far back": "/records/?after=1767500000000000.1",
        "a word that is everywhere": "/records/?q=shop",
        "two that are often said, never together": "/records/?q=shop+whatever",
        "a word that is rare": "/records/?q=anchor",
        "a phrase": "/records/?q=%22anchor+lamp%22",
        "a word's beginning": "/records/?q=anch*",
        "a beginning that is everywhere": "/records/?q=sho*",
        "words that nobody said": "/records/?q=nothing+like+it",
        "words of an agent who is seldom there": "/records/?q=shop&agent_id=3",
        "of an agent": "/records/?agent_id=3",
        "of a page, that ended so": "/records/?page_id=7&how=idle",
        "that ended in a way that never was": "/records/?how=bot",
        "of a customer": "/records/?who=Customer+333",
        "a part of a name": "/records/?who=mer+33",
        "of some days": "/records/?since=2026-01-10&until=2026-01-12",
        "sorted by duration": "/records/?sort=-duration",
        "sorted by messages": "/records/?sort=-messages",
        "one of them": "/records/77",
    },
    "figures of 1,000,000 messages": {
        "90 days": "/figures/?since=2026-01-01&until=2026-03-31",
        "90 days of a page": "/figures/?since=2026-01-01&until=2026-03-31&page=7",
        "90 days of an agent": "/figures/?since=2026-01-01&until=2026-03-31&agent=2",
        "90 days, agents compared": "/figures/?since=2026-01-01&until=2026-03-31&by=agent",
    },
    "journal with 1,000,000 events": {
        "first page": "/journal/",
        "last page": "/journal/?page=999999",
        "failed ones": "/journal/?outcome=failed",
        "of one gateway": "/journal/?gateway=1",
        "search for a whole id": "/journal/?q=m_333",
        "search for a part of it": "/journal/?q=333",
        "search that finds nothing": "/journal/?q=nothing+like+it",
    },
}


@dataclass(frozen=True)
class Found:
    group: str
    page: str
    full: Times
    tenth: Times

    @property
    def growth(self) -> float:
        return self.full.p50 / self.tenth.p50

    @property
    def grows(self) -> bool:
        return self.growth > GROWN and self.full.p50 - self.tenth.p50 > NOISE


class Reader:
    """Ada, reading; with what a browser would send."""

    def __init__(self, installation: Installation) -> None:
        self.port = installation.port
        browser = installation.signed_in()
        cookie = "; ".join(f"{one.name}={one.value}" for one in browser.cookies)
        self.headers = {"Cookie": cookie, "User-Agent": str(browser.headers["User-Agent"])}

    def read(self, path: str) -> float:
        """Seconds to the last byte."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        began = time.perf_counter()
        connection.request("GET", path, headers=self.headers)
        answer = connection.getresponse()
        answer.read()
        passed = time.perf_counter() - began
        connection.close()
        assert answer.status == 200, (path, answer.status)
        return passed


def measure(folder: Path, server: Server | None, scale: Scale) -> Findings:
    found = Findings()
    for database in ("SQLite", *(["PostgreSQL"] if server else [])):
        with ExitStack() as stack:
            readers, servers, pages = [], [], []
            for name, share in (("full", scale.pages), ("tenth", scale.pages / 10)):
                url = server.database(f"pages_{name}") if server and database == "PostgreSQL" else None
                installation = stack.enter_context(installed(folder / f"pages-{database}-{name}", url))
                tables.fill(installation, tables.FULL.times(share))
                servers.append(stack.enter_context(installation.web()))
                readers.append(Reader(installation))
            for group, paths in PATHS.items():
                memory.begin(group)
                pages += read(group, paths, readers, scale)
                for server_process in servers:
                    memory.note("web worker", memory.children(server_process))
        found.rows += [_row(group, database, [one for one in pages if one.group == group]) for group in PATHS]
        found.tables.append(_table(database, pages))
    return found


def read(group: str, paths: Mapping[str, str], readers: list[Reader], scale: Scale) -> list[Found]:
    """Each round has all pages, so that a slow moment of the machine is not all that one of them has."""
    for path in paths.values():
        for reader in readers:
            for _ in range(WARM_UP):
                reader.read(path)
    rounds: dict[str, list[list[list[float]]]] = {page: [] for page in paths}
    for _ in range(scale.rounds):
        for page, path in paths.items():
            rounds[page].append(_round(path, readers, scale))
    return [Found(group, page, *map(Times, zip(*rounds[page], strict=True))) for page in paths]


def _round(path: str, readers: list[Reader], scale: Scale) -> list[list[float]]:
    """By reader, turn by turn."""
    loads = [[reader.read(path) for reader in readers] for _ in range(scale.loads)]
    return [list(times) for times in zip(*loads, strict=True)]


def _row(group: str, database: str, pages: list[Found]) -> Row:
    slowest = max(pages, key=lambda one: one.full.p95)
    growing = max(pages, key=lambda one: one.growth)
    measured = f"{ms(slowest.full.p95)} ({slowest.page}); most growth {growing.growth:.1f} × ({growing.page})"
    if group in SUMS:
        bar, holds = f"p95 of each page under {ms(SUMS[group])}", slowest.full.p95 < SUMS[group]
    else:
        bar = "p95 of each page under 60 ms, not growing"
        holds = slowest.full.p95 < BAR and not any(one.grows for one in pages)
    return Row(f"{group}, {database}", bar, measured, holds)


def _table(database: str, pages: list[Found]) -> Table:
    rows = [
        (
            *(one.group, one.page, ms(one.full.p50), ms(one.full.p95), ms(one.tenth.p50)),
            *(f"{one.growth:.2f}", "grows" if one.grows else ""),
        )
        for one in pages
    ]
    columns = ("table", "page", "p50", "p95", "p50 on a tenth", "ratio", "")
    notes = (
        "From the request to the last byte, over HTTP on loopback.",
        f"A page grows when ten times the rows take {GROWN} times as long and {NOISE * 1000:.0f} ms more.",
    )
    return Table(f"Pages on full tables, {database}", columns, rows, notes)
