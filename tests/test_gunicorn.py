"""`gunicorn` as it is started for real: any worker class serves the same application."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from tests import cast
from tests.deliveries import delivery, text, wire
from tests.serving import eventually, free_port
from webgateway.db import db
from webgateway.journal.models import Delivery
from webgateway.meta import signature
from webgateway.settings import ROOT, Settings


def environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "WEBGATEWAY_INSTANCE": str(settings.instance),
        "WEBGATEWAY_SECRET_KEY": settings.secret_key,
        "WEBGATEWAY_ENCRYPTION_KEYS": ",".join(settings.encryption_keys),
        "WEBGATEWAY_DATABASE_URL": settings.database_url,
    }


@contextmanager
def gunicorn(settings: Settings, *options: str) -> Iterator[str]:
    port = free_port()
    own = {**environment(settings), "PORT": str(port), "WEB_CONCURRENCY": "1"}
    process = subprocess.Popen([sys.executable, "-m", "gunicorn", *options], cwd=ROOT, env=own)
    try:
        address = f"http://127.0.0.1:{port}"
        eventually(lambda: answers(address))
        yield address
    finally:
        process.terminate()
        assert process.wait(30) == 0


def answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/healthz", timeout=2).ok
    except requests.ConnectionError:
        return False


@pytest.fixture
def gateway(app):
    gateway = cast.gateway()
    gateway.uri, gateway.app_secret  # noqa: B018 - loaded
    db.session.commit()
    return gateway


def deliver(address: str, gateway, mid: str) -> requests.Response:
    body = wire(delivery(text("Hi", mid)))
    signed = {"X-Hub-Signature-256": signature.sign(body, gateway.app_secret)}
    url = f"{address}/meta/{gateway.uri}"
    return requests.post(url, body, headers={**signed, "Content-Type": "application/json"}, timeout=10)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("wsgi:app",),
        ("--worker-class", "gthread", "--threads", "4", "wsgi:app"),
        ("--worker-class", "sync", "wsgi:app"),
    ],
    ids=["as configured", "named", "gthread", "sync"],
)
def test_it_keeps_deliveries_and_shows_pages_with_any_worker_class(settings, gateway, options):
    with gunicorn(settings, *options) as address:
        assert deliver(address, gateway, "m_1").status_code == 200
        page = requests.get(f"{address}/login", timeout=10)
        assert page.status_code == 200
        assert "Log in" in page.text
    assert db.session.query(Delivery).count() == 1


def test_an_access_log_is_written_where_one_is_asked_for(settings, app, tmp_path):
    log = tmp_path / "access.log"
    with gunicorn(settings, "--access-logfile", str(log)) as address:
        requests.get(f"{address}/login", timeout=10)
    assert '"GET /login HTTP/1.1" 200' in log.read_text()


def test_lines_of_an_access_log_are_prepared_only_where_one_is_written(settings):
    ask = (
        "from gunicorn.app.wsgiapp import WSGIApplication; cfg = WSGIApplication().cfg; "
        "print(cfg.logger_class(cfg).access_log_enabled)"
    )
    for options, prepared in (((), "False"), (("--access-logfile", "-"), "True")):
        done = subprocess.run(
            [sys.executable, "-c", ask, *options],
            cwd=ROOT,
            env=environment(settings),
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == prepared


def test_slow_clients_hold_nobody_up(settings, gateway):
    """Forty that drip a request or do not read their answer, against eight threads."""
    with gunicorn(settings) as address:
        host, port = address.removeprefix("http://").split(":")
        slow = [socket.create_connection((host, int(port))) for _ in range(40)]
        for number, client in enumerate(slow):
            half = b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nemail="
            client.sendall(
                half if number % 2 else b"GET /static/vendor/icons.svg HTTP/1.1\r\nHost: a\r\n\r\n"
            )
        time.sleep(0.5)
        began = time.monotonic()
        assert requests.get(f"{address}/login", timeout=10).ok
        assert deliver(address, gateway, "m_1").status_code == 200
        assert time.monotonic() - began < 3
        for client in slow:
            client.close()
