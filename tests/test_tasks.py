"""Side work: losing it costs nothing, so it never stands in anybody's way. On each kind of queue."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from flask import Flask

from tests import cast
from tests.conftest import Client, settings_in
from tests.deliveries import delivery, post, text
from tests.serving import at_work, eventually_kept, free_port
from tests.working import until_done
from webgateway import create_app
from webgateway.conversations import profiles
from webgateway.conversations.models import Contact
from webgateway.db import db
from webgateway.gateways.models import Gateway
from webgateway.journal.models import Event
from webgateway.settings import ROOT, SettingsError

WRONG = {"email": "ada@example.com", "password": "not her password"}
RIGHT = {"email": "ada@example.com", "password": cast.PASSWORD}


@pytest.fixture
def make_app(database_url, tmp_path):
    """The application on a queue; called twice it is as two processes of one installation."""
    settings = settings_in(tmp_path, database_url=database_url)
    made: list[Flask] = []

    def make(queue_url: str) -> Flask:
        made.append(create_app(settings_in(tmp_path, **{**vars(settings), "queue_url": queue_url})))
        made[-1].config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def app(make_app, queue_url) -> Iterator[Flask]:
    app = make_app(queue_url)
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def server(databases, queue_url):
    """The one that holds the queue."""
    if queue_url.startswith("sqlite"):
        pytest.skip("a file does not go away and come back")
    return databases.redis if queue_url.startswith("redis") else databases.server


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes calls and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def peter(requests_mock) -> int:
    """A contact whose name Meta knows and we do not yet."""
    requests_mock.get("http://127.0.0.1:9/v26.0/7392015648120394", json={"name": "Peter Chang"})
    page = cast.page(cast.gateway())
    cast.grant(page, cast.account(page.gateway))
    contact = cast.contact(page, None, profile_checked_at=None)
    cast.conversation(contact)
    return contact.id


def known(contact_id: int) -> bool:
    return db.session.get(Contact, contact_id).name == "Peter Chang"


def test_side_work_runs_in_the_worker(app, requests_mock):
    contact_id = peter(requests_mock)
    with at_work(app):
        profiles.look_up.later(contact_id)
        eventually_kept(lambda: known(contact_id))


def test_what_the_queue_lost_is_found_by_the_next_round(app, requests_mock):
    contact_id = peter(requests_mock)
    profiles.look_up.later(contact_id)
    huey = app.extensions["huey"]
    assert huey.pending_count() == 1
    huey.storage.flush_all()
    with at_work(app):
        for task in huey.read_periodic(datetime(2026, 7, 29, 12, 5)):  # noqa: DTZ001 - Huey's way
            huey.enqueue(task)
        eventually_kept(lambda: known(contact_id))


def test_every_round_is_registered_on_every_queue(app):
    found = {task.__class__.__name__ for task in app.extensions["huey"]._registry.periodic_tasks}
    assert {"webgateway.conversations.profiles.look_up_the_missed"} <= found


def test_the_worker_goes_on_when_the_queue_is_back(app, requests_mock, server):
    contact_id = peter(requests_mock)
    with at_work(app):
        with server.away():
            profiles.look_up.later(contact_id)
            time.sleep(1)
        app.extensions["side_work"].away_until = 0.0
        db.session.rollback()

        def asked_again() -> bool:
            profiles.look_up.later(contact_id)
            return known(contact_id)

        eventually_kept(asked_again, 20)


def test_a_queue_that_is_back_is_ready_at_once(app, server):
    assert app.test_client().get("/readyz").json["queue"]
    server.halt()
    server.resume()
    assert app.test_client().get("/readyz").json["queue"]


def test_processes_that_start_together_on_an_empty_queue_do_not_fail_each_other(make_app, queue_url):
    apps = [make_app(queue_url) for _ in range(6)]
    with ThreadPoolExecutor(len(apps)) as together:
        assert list(together.map(lambda app: app.extensions["huey"].pending_count(), apps)) == [0] * 6


@pytest.mark.parametrize("kind", ["redis", "postgresql"])
def test_without_its_queue_the_web_starts_and_answers(make_app, kind):
    app = make_app(f"{kind}://127.0.0.1:{free_port()}/0")
    with app.app_context():
        visitor = Client(app, None)
        assert visitor.get("/login").status_code == 200
        assert visitor.post("/login", data=RIGHT).status_code == 302
        ready = visitor.get("/readyz")
        assert (ready.status_code, ready.json["queue"], ready.json["database"]) == (503, False, True)


@pytest.mark.parametrize("kind", ["redis", "postgresql"])
def test_nobody_waits_long_for_a_queue_that_does_not_answer(make_app, silent, kind):
    app = make_app(f"{kind}://127.0.0.1:{silent}/0")
    with app.app_context():
        page = cast.page(cast.gateway())
        post(
            Client(app, None), page.gateway, delivery(*[text("Hi", f"m_{n}", by=f"7{n}") for n in range(20)])
        )
        began = time.monotonic()
        until_done()
        assert time.monotonic() - began < 10
        assert db.session.query(Event).filter_by(outcome="done").count() == 20


def test_failed_sign_ins_are_counted_for_all_processes_together(make_app, queue_url):
    if not queue_url.startswith("redis"):
        pytest.skip("only Redis counts for all")
    one, other = make_app(queue_url), make_app(queue_url)
    with one.app_context():
        for number in range(10):
            visitor = (one, other)[number % 2].test_client()
            assert visitor.post("/login", data=WRONG).status_code == 422
        assert [app.test_client().post("/login", data=RIGHT).status_code for app in (one, other)] == [
            429,
            429,
        ]


def test_failed_sign_ins_are_counted_while_redis_is_away_and_nobody_is_locked_out(make_app):
    app = make_app(f"redis://127.0.0.1:{free_port()}/0")
    with app.app_context():
        visitor = Client(app, None)
        for _ in range(10):
            assert visitor.post("/login", data=WRONG).status_code == 422
        assert visitor.post("/login", data=RIGHT).status_code == 429
        sam = {"email": "sam@example.com", "password": cast.PASSWORD}
        assert visitor.post("/login", data=sam).status_code == 302


class TestALostFile:
    @pytest.fixture
    def app(self, make_app, tmp_path):
        """With a queue that has just been lost."""
        queue = tmp_path / "queue.db"
        app = make_app(f"sqlite:///{queue}")
        app.config["RATELIMIT_ENABLED"] = False
        app.extensions["huey"].storage.close()
        queue.write_bytes(b"this is no database" * 500)
        with app.app_context():
            yield app
            db.session.remove()

    def test_a_message_is_taken_although_the_look_up_cannot_be_asked_for(self, app, visitor):
        page = cast.page(cast.gateway())
        post(visitor, page.gateway, delivery(text("Hi", "m_1")))
        until_done()
        event = db.session.query(Event).one()
        assert (event.outcome, event.reason, event.attempts) == ("done", None, 0)

    def test_a_gateway_is_deleted_although_the_clearing_up_must_wait_for_the_next_round(self, app):
        gateway = cast.gateway()
        assert Client(app, "Ada").delete(f"/gateways/{gateway.id}").status_code == 303
        assert db.session.get(Gateway, gateway.id).deleted_at is not None


def test_a_queue_that_is_no_database_stops_the_start_with_one_line(database_url, tmp_path):
    queue = tmp_path / "broken.db"
    queue.write_bytes(b"this is no database" * 500)
    with pytest.raises(SettingsError, match=r"WEBGATEWAY_QUEUE_URL.*cannot be used"):
        create_app(settings_in(tmp_path, database_url=database_url, queue_url=f"sqlite:///{queue}"))


@pytest.mark.parametrize("url", ["redis://:secret@127.0.0.1:port/0", "postgresql://me:secret@[127/queue"])
def test_an_address_that_is_none_stops_the_start_and_is_not_quoted(make_app, url):
    with pytest.raises(SettingsError, match="WEBGATEWAY_QUEUE_URL") as refused:
        make_app(url)
    assert "secret" not in str(refused.value)


COMPLETE = """
import importlib, pkgutil
import webgateway
from webgateway import tasks
known = {*tasks._side_work, *tasks._periodic}
for module in pkgutil.walk_packages(webgateway.__path__, "webgateway."):
    if not {"migrations", "simulator"} & set(module.name.split(".")):
        importlib.import_module(module.name)
print({*tasks._side_work, *tasks._periodic} - known, len(known) > 20)
"""


def test_all_work_is_known_before_an_application_makes_its_tasks():
    done = subprocess.run(
        [sys.executable, "-c", COMPLETE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set() True\n"
