"""One delivery of a thousand events: how soon it is answered, how soon all are in conversations."""

import itertools
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import requests

from tests.bench.installation import Installation, installed
from tests.bench.measure import Findings, Row, Scale, Table, ms
from tests.bench.postgresql import Server
from tests.cast import APP_SECRET
from tests.deliveries import NOON, delivery, text, wire
from webgateway.meta import signature

EVENTS = 1000
ANSWERED_WITHIN = 0.2  # seconds
WORKED_WITHIN = 5.0  # seconds
GIVEN_UP_AFTER = 120.0  # seconds
LOOK_EVERY = 0.02  # seconds

Taken = tuple[float, float]
"""Seconds to the 200, and from the sending to the last message in its conversation."""

_customers = itertools.count(8_000_000_000_000_001)


def one_customer() -> list[str]:
    return [str(next(_customers))] * EVENTS


def as_many_customers() -> list[str]:
    return [str(next(_customers)) for _ in range(EVENTS)]


KINDS: dict[str, Callable[[], list[str]]] = {
    "one customer": one_customer,
    "1,000 customers": as_many_customers,
}


def measure(folder: Path, server: Server | None, scale: Scale) -> Findings:
    found = Findings()
    urls = {"SQLite": None, **({"PostgreSQL": server.database("events")} if server else {})}
    rows = []
    for name, url in urls.items():
        with ExitStack() as stack:
            installation = stack.enter_context(installed(folder / f"events-{name}", url))
            stack.enter_context(installation.web())
            stack.enter_context(installation.worker())
            take(installation, one_customer())  # to warm up
            for kind, customers in KINDS.items():
                rounds = [take(installation, customers()) for _ in range(scale.rounds)]
                rows.append((name, kind, *(median(times) for times in zip(*rounds, strict=True))))
    for name, kind, answered, worked in rows:
        where = f"one delivery of 1,000 events of {kind}, {name}"
        found.rows += [
            Row(f"{where}: 200 after", "under 0.2 s", ms(answered), answered < ANSWERED_WITHIN),
            Row(
                f"{where}: all in conversations after", "under 5 s", f"{worked:.1f} s", worked < WORKED_WITHIN
            ),
        ]
    shown = [(*row[:2], ms(row[2]), f"{row[3]:.2f} s", f"{EVENTS / row[3]:,.0f}") for row in rows]
    columns = ("database", "customers", "200 after", "all in conversations after", "events per second")
    found.tables.append(Table("One delivery of 1,000 events", columns, shown))
    return found


def take(installation: Installation, customers: list[str]) -> Taken:
    began_at = installation.look.one("SELECT count(*) FROM messages")
    stamp = time.monotonic_ns()
    items = [
        text(f"Question {number}", f"m_{stamp}_{number}", by=customer, at=NOON + number)
        for number, customer in enumerate(customers)
    ]
    body = wire(delivery(*items))
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature.sign(body, APP_SECRET)}
    address = f"http://127.0.0.1:{installation.port}{installation.path}"
    began = time.perf_counter()
    answer = requests.post(address, body, headers=headers, timeout=30)
    answered = time.perf_counter() - began
    assert answer.status_code == 200, answer.status_code
    while installation.look.one("SELECT count(*) FROM messages") < began_at + EVENTS:
        if time.perf_counter() - began > GIVEN_UP_AFTER:
            break
        time.sleep(LOOK_EVERY)
    return answered, time.perf_counter() - began
