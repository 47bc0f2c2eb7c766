"""From webhook to conversation while nothing else happens: single deliveries, well apart."""

import random
import time
from contextlib import ExitStack
from pathlib import Path

from tests.bench import load
from tests.bench.installation import Installation, installed
from tests.bench.measure import Findings, Row, Scale, Table, Times, ms
from tests.bench.postgresql import Server
from tests.bench.signed import MID

BAR = 0.5  # seconds
APART = (0.15, 0.45)  # seconds of silence between two: no fixed rhythm, or a worker's could hide in it
LOOK_EVERY = 0.002  # seconds
GIVEN_UP_AFTER = 30.0  # seconds


def measure(folder: Path, server: Server | None, scale: Scale) -> Findings:
    found = Findings()
    urls = {"SQLite": None, **({"PostgreSQL": server.database("latency")} if server else {})}
    shown = []
    for name, url in urls.items():
        with ExitStack() as stack:
            installation = stack.enter_context(installed(folder / f"latency-{name}", url))
            stack.enter_context(installation.web())
            stack.enter_context(installation.worker())
            take(installation)  # to warm up
            times = Times(
                [[take(installation) for _ in range(scale.deliveries)] for _ in range(scale.rounds)]
            )
        measured = f"p95 {ms(times.p95)} (p50 {ms(times.p50)})"
        found.rows.append(
            Row(
                f"webhook to conversation, idle system, {name}", "p95 under 500 ms", measured, times.p95 < BAR
            )
        )
        everything = [one for times in times.rounds for one in times]
        shown.append((name, str(len(everything)), ms(times.p50), ms(times.p95), ms(max(everything))))
    columns = ("database", "deliveries", "p50", "p95", "longest")
    found.tables.append(Table("From webhook to conversation", columns, shown))
    return found


def take(installation: Installation) -> float:
    """Seconds from the sending to the message in its conversation."""
    time.sleep(random.uniform(*APART))
    number, request = next(load.deliveries(installation.path))
    began = time.perf_counter()
    assert load.one(installation.port, request) == b"200"
    wanted = "SELECT count(*) FROM messages WHERE mid = :mid AND page_id = 1"
    while not installation.look.one(wanted, mid=MID % number):
        if time.perf_counter() - began > GIVEN_UP_AFTER:
            break
        time.sleep(LOOK_EVERY)
    return time.perf_counter() - began
