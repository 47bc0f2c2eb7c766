"""`python -m tests.durability --seconds 60 --on postgresql+redis`: one trial, as a row of a table."""

import argparse
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask_migrate import upgrade

from tests import cast
from tests.conftest import settings_in
from tests.durability.trial import Result, Trial
from tests.servers import postgresql, redis
from webgateway import create_app
from webgateway.db import db
from webgateway.settings import Settings

PLACES = ("sqlite", "postgresql", "postgresql+redis")
HEAD = ("killed on", "deliveries", "messages", "kills", "missing", "doubled", "unclear", "settled s")


def trial(on: str, seconds: float, seed: int) -> Result:
    """`on` is one of PLACES; each commit survives a power cut there, as in production."""
    with place(on) as (settings, in_the_middle):
        return Trial(settings, seconds, seed, in_the_middle=in_the_middle).run()


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


def cells(on: str, result: Result) -> tuple[str, ...]:
    """A row under HEAD."""
    verdict = result.verdict
    kills = f"{sum(result.kills.values())}"
    lost, twice = len(verdict.missing), len(verdict.doubled)
    numbers = (result.deliveries, result.messages, kills, lost, twice, verdict.unclear)
    return (on, *map(str, numbers), f"{result.seconds_to_settle:.0f}")


def row(texts: tuple[str, ...]) -> str:
    return f"{texts[0]:<20}" + "".join(f"{text:>12}" for text in texts[1:]) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.durability", description=__doc__)
    parser.add_argument("--on", choices=PLACES, default="sqlite")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=random.randrange(10**9))
    given = parser.parse_args()
    sys.stdout.write(row(HEAD))
    result = trial(given.on, given.seconds, given.seed)
    sys.stdout.write(row(cells(given.on, result)))
    if not result.verdict.good:
        sys.stdout.write(f"{result.verdict} (--seed {given.seed})\n")
    return 0 if result.verdict.good else 1


if __name__ == "__main__":
    sys.exit(main())
