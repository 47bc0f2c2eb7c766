"""`make bench`: the door against a receiver that stores nothing, and pages on full tables; medians."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import insert

from tests import cast
from tests.bench.load import Measured, stream
from tests.conftest import Client, settings_in
from tests.serving import free_port
from webgateway import create_app
from webgateway.db import db
from webgateway.gateways.models import Gateway
from webgateway.pages.models import Page
from webgateway.settings import ROOT, Settings

ROUNDS = 5
SECONDS = 3.0
LOADS = 15


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_in(Path(folder))
        app = create_app(settings)
        uri = found(app)
        door, bare = door_against_bare(settings, uri)
        row("receiver", "requests/s", "p99 ms", "ratio")
        row("bare Flask, checks the HMAC, stores nothing", f"{bare[0]:.0f}", f"{bare[1] * 1000:.0f}", "1.00")
        ratio = f"{door[0] / bare[0]:.2f}"
        row("our door, every delivery a committed row", f"{door[0]:.0f}", f"{door[1] * 1000:.0f}", ratio)
        print()  # noqa: T201
        row("page", "median ms", "p95 ms", "")
        for name, path in pages_on_full_tables(app).items():
            times = sorted(timed(app, path))
            middle, high = statistics.median(times), times[int(len(times) * 0.95)]
            row(name, f"{middle * 1000:.0f}", f"{high * 1000:.0f}", "")


def row(*cells: str) -> None:
    print(f"{cells[0]:<48}{cells[1]:>12}{cells[2]:>10}{cells[3]:>8}", flush=True)  # noqa: T201


def found(app: Flask) -> str:
    with app.app_context():
        upgrade()
        cast.people()
        uri = cast.gateway().uri
        db.session.remove()
    return uri


def door_against_bare(settings: Settings, uri: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """(requests per second, p99) of each, medians of ROUNDS taken turn by turn."""
    measured: dict[str, list[Measured]] = {"door": [], "bare": []}
    with gunicorn("wsgi:app", settings) as door, gunicorn("tests.bench.bare:app", settings) as bare:
        for _ in range(ROUNDS):
            measured["bare"].append(stream(bare, "/hook", SECONDS))
            measured["door"].append(stream(door, f"/meta/{uri}", SECONDS))
    for rounds in measured.values():
        if sum(one.refused for one in rounds):
            sys.exit("a delivery was refused; the numbers would mean nothing")
    return middle(measured["door"]), middle(measured["bare"])


def middle(rounds: list[Measured]) -> tuple[float, float]:
    return statistics.median(one.per_second for one in rounds), statistics.median(one.p99 for one in rounds)


@contextmanager
def gunicorn(application: str, settings: Settings) -> Iterator[int]:
    port = free_port()
    environment = {
        **os.environ,
        "PORT": str(port),
        "WEBGATEWAY_INSTANCE": str(settings.instance),
        "WEBGATEWAY_SECRET_KEY": settings.secret_key,
        "WEBGATEWAY_ENCRYPTION_KEYS": ",".join(settings.encryption_keys),
    }
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", application]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("the server did not start")


def pages_on_full_tables(app: Flask) -> dict[str, str]:
    with app.app_context():
        tenant_id, gateway = cast.tenant().id, cast.gateway("Many pages", app_id="1")
        db.session.execute(
            insert(Gateway),
            [
                {"tenant_id": tenant_id, "name": f"Gateway {n}", "app_id": f"9{n:07}", "app_secret": "x" * 32}
                for n in range(10_000)
            ],
        )
        db.session.execute(
            insert(Page),
            [
                {"tenant_id": tenant_id, "gateway_id": gateway.id, "meta_id": f"8{n:07}", "name": f"Page {n}"}
                for n in range(5_000)
            ],
        )
        db.session.commit()
        return {
            "registry, 10,000 gateways": "/gateways/",
            "registry, page 400": "/gateways/?page=400",
            "register, 5,000 pages": f"/gateways/{gateway.id}/pages",
            "conversations": "/conversations/",
            "journal": "/journal/",
        }


def timed(app: Flask, path: str) -> list[float]:
    app.testing = True
    times = []
    with app.app_context():
        ada = Client(app, "Ada")
        for number in range(LOADS + 3):
            began = time.perf_counter()
            answer = ada.get(path)
            passed = time.perf_counter() - began
            assert answer.status_code == 200, answer.status
            if number >= 3:
                times.append(passed)
    return times


if __name__ == "__main__":
    main()
