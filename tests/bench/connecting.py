"""Connecting a thousand pages against the simulated Meta, over real HTTP: how many Graph calls, how long."""

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urldefrag

import requests
from sqlalchemy import delete

from tests.bench.installation import Installation, installed
from tests.bench.measure import Findings, Row, Scale, Table
from tests.bench.postgresql import Server
from tests.serving import free_port, served
from webgateway.db import db
from webgateway.pages.models import Account, Grant, Login, Page
from webgateway.simulator.app import close, create_simulator

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

PAGES = 1000
BOUND = math.ceil(PAGES / 100) + 2 * math.ceil(PAGES / 50) + 10
GIVEN_UP_AFTER = 120.0  # seconds
LOOK_EVERY = 0.1  # seconds


@dataclass(frozen=True)
class Connected:
    calls: int
    """Requests to the Graph API; a batch is one."""
    seconds: float
    """From coming back from Facebook to the finished result."""
    first_answer: float
    """Seconds until the person saw the first page."""
    pages: int


def measure(folder: Path, server: Server | None, scale: Scale) -> Findings:
    with ExitStack() as stack:
        meta, counted = stack.enter_context(simulator())
        addresses = {"graph_url": meta, "facebook_url": meta}
        installation = stack.enter_context(installed(folder / "connecting", **addresses))
        stack.enter_context(installation.web())
        stack.enter_context(installation.worker())
        browser = installation.signed_in()
        rounds = [connect(installation, browser, meta, counted) for _ in range(scale.rounds)]
    calls, seconds = max(one.calls for one in rounds), median(one.seconds for one in rounds)
    all_there = all(one.pages >= PAGES for one in rounds)
    early = all(one.first_answer < one.seconds for one in rounds)
    first = median(one.first_answer for one in rounds)
    found = Findings()
    found.rows += [
        Row(
            "connecting 1,000 pages: Graph calls",
            f"at most {BOUND}",
            f"{calls} ({seconds:.1f} s until the result)",
            calls <= BOUND and all_there,
        ),
        Row(
            "connecting 1,000 pages: something to see before the result",
            "progress shown",
            f"first page after {first:.2f} s" if early else "nothing until all was done",
            early,
        ),
    ]
    rows = [
        (str(one.pages), str(one.calls), f"{one.first_answer:.2f} s", f"{one.seconds:.1f} s")
        for one in rounds
    ]
    columns = ("pages connected", "Graph calls", "first page after", "result after")
    notes = ("One line a round. The simulated Meta runs on the same machine.",)
    found.tables.append(Table("Connecting 1,000 pages", columns, rows, notes))
    return found


class Counted:
    """In front of the simulated Meta, whose own list of calls is cut at a thousand."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.calls = 0
        self.lock = threading.Lock()

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith("/_sim") and "/dialog/" not in path:
            with self.lock:
                self.calls += 1
        return self.application(environ, start)


@contextmanager
def simulator() -> Iterator[tuple[str, Counted]]:
    app = create_simulator()
    counted = Counted(app.wsgi_app)
    app.wsgi_app = counted  # type: ignore[method-assign]
    with served(app, free_port()) as address:
        yield address, counted
    close(app)


def connect(installation: Installation, browser: requests.Session, meta: str, counted: Counted) -> Connected:
    forget(installation)
    requests.post(f"{meta}/_sim/seed", json={"pages": PAGES}, timeout=30).raise_for_status()
    here = f"http://127.0.0.1:{installation.port}"
    start = browser.get(f"{here}/gateways/1/pages/connect", allow_redirects=False, timeout=30)
    answers = {"_sim_user": "olena", "_sim_answer": "grant", "_sim_pages": "all"}
    asked = requests.get(start.headers["Location"], answers, allow_redirects=False, timeout=30)
    before, began = counted.calls, time.perf_counter()
    browser.get(urldefrag(asked.headers["Location"]).url, timeout=GIVEN_UP_AFTER).raise_for_status()
    first_answer = time.perf_counter() - began
    finished = "SELECT count(*) FROM logins WHERE finished_at IS NOT NULL"
    early = not installation.look.one(finished)
    while not installation.look.one(finished) and time.perf_counter() - began < GIVEN_UP_AFTER:
        time.sleep(LOOK_EVERY)
    seconds = time.perf_counter() - began if early else first_answer
    pages = installation.look.one("SELECT count(*) FROM pages WHERE removed_at IS NULL")
    return Connected(counted.calls - before, seconds, first_answer, pages)


def forget(installation: Installation) -> None:
    """All pages and logins: each round connects them for the first time."""
    with installation.app.app_context():
        for table in (Grant, Login, Account, Page):
            db.session.execute(delete(table))
        db.session.commit()
        db.session.remove()
