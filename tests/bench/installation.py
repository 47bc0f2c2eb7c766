"""An installation of the product for the bench: its folder, its database, its processes over HTTP."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import requests
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, text

from tests import cast
from tests.bench import memory
from tests.bench.processes import answering, running
from tests.conftest import settings_in
from tests.serving import free_port
from webgateway import create_app
from webgateway.db import db
from webgateway.settings import PREFIX, ROOT, Settings

SKIPPED = ("accept_sha1", "trusted_proxies", "metrics_token")


class Look:
    """Reads the database without the product: no lock is taken, nothing is kept from one look to the next."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url, isolation_level="AUTOCOMMIT")

    def all(self, statement: str, **values: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(statement), values).all())

    def one(self, statement: str, **values: Any) -> Any:
        return self.all(statement, **values)[0][0]

    def close(self) -> None:
        self.engine.dispose()


@dataclass
class Installation:
    settings: Settings
    app: Flask
    port: int
    uri: str
    look: Look

    @property
    def path(self) -> str:
        return f"/meta/{self.uri}"

    @property
    def environment(self) -> dict[str, str]:
        """Everything from the environment, so that no config.toml of this machine has a say."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        for field in fields(self.settings):
            value = getattr(self.settings, field.name)
            if field.name not in SKIPPED:
                text = ",".join(value) if isinstance(value, tuple) else str(value)
                own[PREFIX + field.name.upper()] = text
        return {**own, "PORT": str(self.port), "WEB_CONCURRENCY": "2"}

    @contextmanager
    def web(self, **environment: str) -> Iterator[int]:
        """The process above the web workers."""
        command = [sys.executable, "-m", "gunicorn"]
        with running(command, ROOT, {**self.environment, **environment}) as process:
            answering(self.port, "/healthz", process)
            yield process.pid
            memory.note("web worker", memory.children(process.pid))

    @contextmanager
    def worker(self) -> Iterator[None]:
        with running([sys.executable, "-m", "flask", "worker"], ROOT, self.environment) as process:
            yield
            memory.note("queue worker", [memory.of_all(process.pid)])

    def signed_in(self) -> requests.Session:
        """Ada's browser."""
        browser = requests.Session()
        address = f"http://127.0.0.1:{self.port}/login"
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get(address, timeout=30).text)
        assert token, "no form to sign in with"
        form = {"email": "ada@example.com", "password": cast.PASSWORD, "csrf_token": token.group(1)}
        answer = browser.post(address, form, allow_redirects=False, timeout=30)
        assert answer.status_code == 302, answer.status_code
        return browser


@contextmanager
def installed(folder: Path, database_url: str | None = None, **values: Any) -> Iterator[Installation]:
    """Acme's people, a gateway and its page; the newest schema."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    given = {"queue_url": f"sqlite:///{folder / 'queue.db'}", "public_url": f"http://127.0.0.1:{port}"}
    if database_url:
        given["database_url"] = database_url
    settings = settings_in(folder, **{**given, **values})
    app = create_app(settings)
    with app.app_context():
        upgrade()
        cast.people()
        gateway = cast.gateway()
        cast.page(gateway)
        uri = gateway.uri
        db.session.remove()
        db.engine.dispose()
    look = Look(settings.database_url)
    try:
        yield Installation(settings, app, port, uri, look)
    finally:
        look.close()
        with app.app_context():
            db.engine.dispose()
