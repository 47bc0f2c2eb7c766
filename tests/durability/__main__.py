"""`python -m tests.durability --seconds 60 --on postgresql+redis`: one trial, told in one line."""

import argparse
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask_migrate import upgrade

from tests import cast
from tests.conftest import settings_in
from tests.durability.trial import LOG, Result, Trial
from tests.servers import postgresql, redis
from webgateway import create_app
from webgateway.db import db
from webgateway.settings import Settings

PLACES = ("sqlite", "postgresql", "postgresql+redis")
PAUSE = 0.02
"""Seconds between two deliveries of a connection: one worker with a killed neighbour can keep up."""


def trial(on: str, seconds: float, seed: int) -> Result:
    """`on` is one of PLACES; each commit survives a power cut there, as in production."""
    with place(on) as (settings, in_the_middle):
        result = Trial(settings, seconds, seed, pause=PAUSE, in_the_middle=in_the_middle).run()
        if not result.verdict.good:
            kept = Path(tempfile.gettempdir()) / f"webgateway-durability-{seed}.log"
            shutil.copy(Path(settings.instance) / LOG, kept)
            sys.stderr.write(f"What the processes said is in {kept}\n")
        return result


@contextmanager
def place(on: str) -> Iterator[tuple[Settings, Callable[[], None] | None]]:
    servers = []
    with tempfile.TemporaryDirectory() as folder:
        settings = {"queue_url": f"sqlite:///{folder}/queue.db"}
        try:
            if on != "sqlite":
                servers.append(server := postgresql.Server(durable=True))
                server.run("CREATE DATABASE webgateway")
                settings["database_url"] = server.url("webgateway")
                settings["queue_url"] = server.queue_url("webgateway")
            if on == "postgresql+redis":
                servers.append(queue := redis.Server())
                settings["queue_url"] = queue.url()
            given = settings_in(Path(folder), **settings)
            found(given)
            yield given, queue.empty if on == "postgresql+redis" else None
        finally:
            for started in servers:
                started.stop()


def found(settings: Settings) -> None:
    app = create_app(settings)
    with app.app_context():
        upgrade()
        cast.people()
        db.session.remove()
        db.engine.dispose()


def told(result: Result) -> str:
    """In one line."""
    verdict, kills = result.verdict, sum(result.kills.values())
    counts = f"{result.deliveries:,} deliveries answered 200, {result.messages:,} messages, {kills} kills"
    found = f"{len(verdict.missing)} missing, {len(verdict.doubled)} doubled, {verdict.unclear} unclear"
    return f"{counts}: {found}" if verdict.good else f"{counts}: {verdict} (--seed {result.seed})"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.durability", description=__doc__)
    parser.add_argument("--on", choices=PLACES, default="sqlite")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    given = parser.parse_args()
    result = trial(given.on, given.seconds, given.seed)
    sys.stdout.write(f"{told(result)}\n")
    return 0 if result.verdict.good else 1


if __name__ == "__main__":
    sys.exit(main())
