"""Side work: losing it costs nothing, so it never stands in anybody's way."""

import pytest

from tests import cast
from tests.conftest import Client, settings_in
from tests.deliveries import delivery, post, text
from tests.working import until_done
from webgateway import create_app
from webgateway.db import db
from webgateway.gateways.models import Gateway
from webgateway.journal.models import Event
from webgateway.settings import SettingsError


@pytest.fixture
def app(database_url, tmp_path):
    """With a queue that has just been lost."""
    queue = tmp_path / "queue.db"
    app = create_app(settings_in(tmp_path, database_url=database_url, queue_url=f"sqlite:///{queue}"))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    app.extensions["huey"].storage.close()
    queue.write_bytes(b"this is no database" * 500)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_a_message_is_taken_although_the_look_up_cannot_be_asked_for(app, visitor):
    page = cast.page(cast.gateway())
    post(visitor, page.gateway, delivery(text("Hi", "m_1")))
    until_done()
    event = db.session.query(Event).one()
    assert (event.outcome, event.reason, event.attempts) == ("done", None, 0)


def test_a_gateway_is_deleted_although_the_clearing_up_must_wait_for_the_next_round(app):
    gateway = cast.gateway()
    assert Client(app, "Ada").delete(f"/gateways/{gateway.id}").status_code == 303
    assert db.session.get(Gateway, gateway.id).deleted_at is not None


def test_a_queue_that_is_no_database_stops_the_start_with_one_line(database_url, tmp_path):
    queue = tmp_path / "broken.db"
    queue.write_bytes(b"this is no database" * 500)
    with pytest.raises(SettingsError, match=r"WEBGATEWAY_QUEUE_URL.*cannot be used"):
        create_app(settings_in(tmp_path, database_url=database_url, queue_url=f"sqlite:///{queue}"))
