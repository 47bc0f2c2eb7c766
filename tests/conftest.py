import gc
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from flask_login.utils import _create_identifier
from flask_migrate import upgrade
from sqlalchemy import event

from tests import cast, compiled, scratch, servers
from tests.databases import QUEUES, PostgreSQL, SQLite
from tests.working import until_done
from webgateway import create_app, memory
from webgateway.db import db
from webgateway.gateways.models import Gateway
from webgateway.pages.models import Page
from webgateway.settings import Settings

scratch.in_memory()
compiled.once()
memory.settle()
gc.set_threshold(20_000, 20, 5)  # each test leaves an application behind

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True)
def closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing leaves this machine: a test that would ask somebody outside fails."""
    connect = socket.socket.connect

    def loopback_only(self: socket.socket, address):  # type: ignore[no-untyped-def]
        if self.family != socket.AF_UNIX and address[0] not in LOOPBACK:
            raise AssertionError(f"the network is closed in tests: {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", loopback_only)


def settings_in(folder: Path, **values: object) -> Settings:
    given = {
        "secret_key": "only for tests",
        "encryption_keys": (Fernet.generate_key().decode(),),
        "database_url": f"sqlite:///{folder / 'webgateway.db'}",
        "queue_url": "memory:",
        "instance": folder,
        "graph_url": "http://127.0.0.1:9",
        "facebook_url": "http://127.0.0.1:9",
        "public_url": "http://localhost",
    }
    return Settings(**{**given, **values})


def pytest_addoption(parser: pytest.Parser) -> None:
    choices = (*QUEUES, "all")
    parser.addoption(
        "--on", choices=choices, default="sqlite", help="the database to test on; all that are here"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "everywhere: a browser's test that runs on every database")


def pytest_report_header(config: pytest.Config) -> str | None:
    return servers.MISSING if config.getoption("--on") == "all" and not servers.found() else None


ON_ONE_DATABASE = {"browser", "simulator"}
"""Tests in these folders look at what no database changes."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """With `--on all` on SQLite and on PostgreSQL; what needs a queue, on each kind that goes with it."""
    if "databases" not in metafunc.fixturenames:
        return
    chosen = metafunc.config.getoption("--on")
    kinds = [chosen]
    if chosen == "all":
        folder = metafunc.definition.path.parent.name
        once = folder in ON_ONE_DATABASE and not metafunc.definition.get_closest_marker("everywhere")
        kinds = ["sqlite"] if once or not servers.found() else list(QUEUES)
    if "queue_kind" in metafunc.fixturenames:
        pairs = [(kind, queue) for kind in kinds for queue in QUEUES[kind]]
        names = [queue if kind == queue else f"{kind}-{queue}" for kind, queue in pairs]
        metafunc.parametrize(("databases", "queue_kind"), pairs, ids=names, indirect=True, scope="session")
    elif chosen == "all":
        metafunc.parametrize("databases", kinds, indirect=True, scope="session")


@pytest.fixture(scope="session")
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SQLite | PostgreSQL]:
    """Databases with the cast's people in them."""
    folder = tmp_path_factory.mktemp("founded")

    def found(url: str) -> None:
        app = create_app(settings_in(folder, database_url=url))
        with app.app_context():
            upgrade()
            cast.people()
            db.session.remove()
            db.engine.dispose()

    kind = getattr(request, "param", request.config.getoption("--on"))
    databases = SQLite(folder, found) if kind == "sqlite" else PostgreSQL(found)
    yield databases
    databases.stop()


@pytest.fixture
def database_url(databases: SQLite | PostgreSQL, tmp_path: Path) -> Iterator[str]:
    with databases.copy(tmp_path) as url:
        yield url


@pytest.fixture(scope="session")
def queue_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def queue_url(queue_kind: str, databases: SQLite | PostgreSQL, tmp_path: Path, database_url: str) -> str:
    """A real queue; without it side work runs at once."""
    return databases.queue(queue_kind, tmp_path, database_url)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return settings_in(tmp_path, database_url=database_url)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application in its context, without CSRF (tests/test_csrf.py has it on)."""
    app = create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    with app.app_context():
        yield app
        app.extensions["door"].commits.stop()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    """Nobody is signed in."""
    return Client(app, None)


class Client:
    """A browser without a screen. Each request is its own application context, as in production."""

    def __init__(self, app: Flask, name: str | None) -> None:
        self.app = app
        self.client = app.test_client()
        if name:
            sign_in(app, self.client, name)

    def __getattr__(self, verb: str):  # type: ignore[no-untyped-def]
        send = getattr(self.client, verb)
        if verb not in ("get", "post", "put", "patch", "delete", "open"):
            return send

        def request(*args, **kwargs):  # type: ignore[no-untyped-def]
            # What the test holds must not keep a transaction open, nor show what it was before.
            db.session.commit()
            with self.app.app_context():
                answer = send(*args, **kwargs)
            db.session.expire_all()
            return answer

        return request

    def fragment(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        """As htmx asks for a part of the page."""
        headers = {"HX-Request": "true", "HX-Request-Type": "partial", **kwargs.pop("headers", {})}
        return self.get(*args, headers=headers, **kwargs)


def sign_in(app: Flask, client: FlaskClient, name: str) -> None:
    uniquifier = cast.person(name).fs_uniquifier
    with app.test_request_context(environ_base=client.environ_base):
        identifier = _create_identifier()
    with client.session_transaction() as session:
        session.update(_user_id=uniquifier, _fresh=True, _id=identifier)


@pytest.fixture
def as_ada(app: Flask) -> Client:
    """Acme's administrator."""
    return Client(app, "Ada")


@pytest.fixture
def as_sam(app: Flask) -> Client:
    """Acme's supervisor."""
    return Client(app, "Sam")


@pytest.fixture
def as_gail(app: Flask) -> Client:
    """Acme's agent."""
    return Client(app, "Gail")


@pytest.fixture
def as_nora(app: Flask) -> Client:
    """One of Acme without any right."""
    return Client(app, "Nora")


@pytest.fixture
def as_rita(app: Flask) -> Client:
    """The administrator of another tenant."""
    return Client(app, "Rita")


@pytest.fixture
def count_queries(app: Flask) -> Callable:  # type: ignore[type-arg]
    """`with count_queries() as queries: …` collects the statements sent meanwhile."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection, _cursor, statement, *_):  # type: ignore[no-untyped-def]
            statements.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def gateway(app: Flask) -> Gateway:
    return cast.gateway()


@pytest.fixture
def page(gateway: Gateway) -> Page:
    """Connected by one account whose token works."""
    page = cast.page(gateway)
    cast.grant(page, cast.account(gateway))
    return page


@pytest.fixture
def work(app: Flask) -> Callable[..., int]:
    """Do all the work that waits, as the worker would, until nothing is left."""
    return until_done


@pytest.fixture
def at_once(app: Flask):
    """Do all of it in the same moment and commit; what each gave."""

    def run(*what: Callable):  # type: ignore[no-untyped-def]
        db.session.commit()
        start = threading.Barrier(len(what))

        def one(do: Callable):  # type: ignore[no-untyped-def]
            with app.app_context():
                start.wait()
                try:
                    given = do()
                    db.session.commit()
                    return given
                finally:
                    db.session.remove()

        with ThreadPoolExecutor(len(what)) as pool:
            found = list(pool.map(one, what))
        db.session.expire_all()
        return found

    return run
