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

from flask import Flask
from sqlalchemy import update

from tests import cast
from tests.durability.meta import Meta, answering
from tests.durability.processes import Installation
from tests.durability.stream import Stream
from tests.durability.verdict import Verdict, judge, waiting
from webgateway import create_app
from webgateway.conversations.models import Part
from webgateway.db import db, utcnow
from webgateway.journal.models import Delivery, Event
from webgateway.settings import Settings

VICTIMS = {"web worker": 4, "queue worker": 4, "web master": 1, "both": 1}
PAUSES = (0.2, 1.6)
"""Seconds between two kills, at least and at most."""
SETTLED_WITHIN = 120.0  # seconds


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
                uri = prepare()
            installation = Installation(settings, Path(settings.instance) / "processes.log")
            stream = Stream(installation.port, uri, cast.APP_SECRET, self.seed, pause=self.pause)
            try:
                installation.start_web()
                for _ in range(self.workers):
                    installation.start_worker()
                installation.ready()
                stream.start()
                kills = self._kill(installation)
                stream.stop()
                began = time.monotonic()
                settle(app, installation)
                seconds = time.monotonic() - began
            finally:
                stream.stopping.set()
                installation.end()
            with app.app_context():
                verdict = judge(stream, meta)
                db.session.remove()
                db.engine.dispose()
        said = sum(map(len, stream.said.values()))
        return Result(self.seed, len(stream.promised), said, kills, seconds, verdict)

    def _kill(self, installation: Installation) -> Counter[str]:
        chance = random.Random(self.seed)
        kills: Counter[str] = Counter()
        began = time.monotonic()
        emptied = 0
        while (passed := time.monotonic() - began) < self.seconds:
            if self.in_the_middle and passed > self.seconds * (emptied + 1) / 3:
                self.in_the_middle()
                emptied += 1
            time.sleep(chance.uniform(*PAUSES))
            victim = chance.choices(list(VICTIMS), list(VICTIMS.values()))[0]
            kill(installation, victim, chance)
            kills[victim] += 1
        return kills


def prepare() -> str:
    """A gateway that greets, with a page; its URI."""
    gateway = cast.gateway(flow=cast.flow())
    cast.grant(cast.page(gateway), cast.account(gateway))
    uri = gateway.uri
    db.session.remove()
    return uri


def kill(installation: Installation, victim: str, chance: random.Random) -> None:
    if victim in ("web worker", "both"):
        alive = installation.web_workers()
        if alive:
            os.kill(chance.choice(sorted(alive)), signal.SIGKILL)
    if victim == "web master":
        installation.kill_web()
    if victim in ("queue worker", "both"):
        installation.kill_worker(chance.randrange(8))


def settle(app: Flask, installation: Installation) -> None:
    """Let the workers finish, and time pass over what the killed ones held."""
    _wait_for_the_rest(app)
    installation.stop_workers()
    with app.app_context():
        past = utcnow() - timedelta(seconds=1)
        for row in (Delivery, Event, Part):
            db.session.execute(update(row).where(row.leased_until.is_not(None)).values(leased_until=past))
        for row, state in ((Delivery, Delivery.state), (Event, Event.outcome), (Part, Part.state)):
            db.session.execute(update(row).where(state == "waiting").values(next_try_at=past))
        db.session.commit()
        db.session.remove()
    installation.start_worker()
    _wait_for_the_rest(app)
    installation.stop_workers()


def _wait_for_the_rest(app: Flask) -> None:
    """Until nothing waits, or nothing has moved for a while: what a killed worker held does not, yet."""
    end, last, moved = time.monotonic() + SETTLED_WITHIN, -1, time.monotonic()
    with app.app_context():
        while time.monotonic() < end and time.monotonic() - moved < 6:
            left = waiting()
            db.session.rollback()
            if left == 0:
                break
            if left != last:
                last, moved = left, time.monotonic()
            time.sleep(0.2)
        db.session.remove()
