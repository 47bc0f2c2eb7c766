"""One trial: a stream of deliveries, kills at random moments, time to settle, the verdict."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from tests import cast
from tests.durability.meta import Meta, answering
from tests.durability.processes import Installation
from tests.durability.stream import Stream
from tests.durability.verdict import JOBS, Verdict, free, judge, waiting
from webgateway import create_app
from webgateway.db import db, utcnow
from webgateway.heartbeat import Heartbeat
from webgateway.settings import Settings

ONE_OF_EACH = ("web", "queue")
VICTIMS = {
    "a web worker": ("web",),
    "a queue worker": ("queue",),
    "both": ONE_OF_EACH,
    "gunicorn and a queue worker": ("master", "queue"),
}
PAUSES = (0.2, 1.4)
"""Seconds between two kills, at least and at most."""
LOG = "processes.log"
"""In the instance folder: what all processes say."""
PATIENCE = 120.0
"""Seconds without progress after which something counts as stuck."""


@dataclass
class Result:
    seed: int
    deliveries: int
    messages: int
    kills: Counter[str]
    seconds_to_settle: float
    verdict: Verdict


@dataclass
class Trial:
    settings: Settings
    """Of a database with the cast's people in it."""
    seconds: float
    seed: int
    workers: int = 2
    pause: float = 0.0
    in_the_middle: Callable[[], None] | None = None
    """Such as emptying Redis; happens twice."""

    def run(self) -> Result:
        meta = Meta(self.seed)
        with answering(meta) as address:
            settings = replace(self.settings, graph_url=address)
            app = create_app(settings)
            with app.app_context():
                stream, kills, seconds = self._run(settings)
                verdict = judge(stream, meta)
                db.session.remove()
                db.engine.dispose()
        said = sum(map(len, stream.said.values()))
        return Result(self.seed, len(stream.promised), said, kills, seconds, verdict)

    def _run(self, settings: Settings) -> tuple[Stream, Counter[str], float]:
        installation = Installation(settings, Path(settings.instance) / LOG)
        stream = Stream(installation.port, prepare(), cast.APP_SECRET, self.seed, pause=self.pause)
        try:
            installation.start_web()
            for _ in range(self.workers):
                installation.start_worker()
            installation.ready()
            stream.start()
            kills = self._kill(installation, stream)
            stream.stop()
            began = time.monotonic()
            settle(installation)
            return stream, kills, time.monotonic() - began
        finally:
            stream.stopping.set()
            installation.end()

    def _kill(self, installation: Installation, stream: Stream) -> Counter[str]:
        """For as long as the trial lasts, and until each kind of process has met its end.

        At random moments, but just after an answer: whoever answers before it has kept is caught.
        """
        chance = random.Random(self.seed)
        kills: Counter[str] = Counter()
        began, emptied = time.monotonic(), 0
        while (passed := time.monotonic() - began) < self.seconds or not set(ONE_OF_EACH) <= set(kills):
            if self.in_the_middle and passed > self.seconds * (emptied + 1) / 3:
                self.in_the_middle()
                emptied += 1
            time.sleep(chance.uniform(*PAUSES))
            stream.answered.clear()
            stream.answered.wait(1)
            for victim in VICTIMS[chance.choice(list(VICTIMS))]:
                if kill(installation, victim, chance):
                    kills[victim] += 1
            if passed > self.seconds + PATIENCE:
                raise TimeoutError(f"the processes do not come up again: {installation.log}")
        return kills


def prepare() -> str:
    """A gateway that greets, with a page; its URI."""
    gateway = cast.gateway(flow=cast.flow())
    cast.grant(cast.page(gateway), cast.account(gateway))
    uri = gateway.uri
    db.session.remove()
    return uri


def kill(installation: Installation, victim: str, chance: random.Random) -> bool:
    """Whether there was one. A queue worker is killed at its work, not while it starts."""
    if victim == "master":
        installation.kill_web()
        return True
    alive = installation.web_workers() if victim == "web" else installation.at_work(beating())
    if alive and victim == "web":
        os.kill(chance.choice(alive), signal.SIGKILL)
    elif alive:
        installation.kill_worker(chance.choice(alive))
    return bool(alive)


def beating() -> set[int]:
    """The processes of workers that have shown a sign of life."""
    found = {int(name.rpartition(":")[2]) for name in db.session.scalars(select(Heartbeat.worker))}
    db.session.rollback()
    return found


def settle(installation: Installation) -> None:
    """Let the workers finish, and time pass over what the killed ones held."""
    _wait_until_none(free)
    installation.stop_workers()
    pass_time()
    installation.start_worker()
    _wait_until_none(waiting)
    installation.stop_workers()


def pass_time() -> None:
    """Leases run out and what was put off is due."""
    past = utcnow() - timedelta(seconds=1)
    for row, state in JOBS.items():
        db.session.execute(update(row).where(row.leased_until.is_not(None)).values(leased_until=past))
        db.session.execute(update(row).where(state == "waiting").values(next_try_at=past))
    db.session.commit()


def _wait_until_none(count: Callable[[], int]) -> None:
    """As long as there is progress."""
    last, moved = -1, time.monotonic()
    while (left := count()) and time.monotonic() - moved < PATIENCE:
        db.session.rollback()
        if left != last:
            last, moved = left, time.monotonic()
        time.sleep(0.1)
    db.session.rollback()
