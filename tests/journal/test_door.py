"""The door's keys: fresh enough to be right, remembered enough to be quick."""

import pytest

from tests import cast
from tests.deliveries import delivery, post, text, wire
from webgateway.db import db, utcnow
from webgateway.journal import keys
from webgateway.journal.door import Door
from webgateway.journal.keys import Key, Keys
from webgateway.meta import signature


@pytest.fixture
def door(app) -> Door:
    return app.extensions["door"]


def test_a_stream_of_deliveries_asks_for_the_key_once(visitor, gateway, door, count_queries):
    post(visitor, gateway, delivery(text("Hi", "m_0")))
    with count_queries() as queries:
        for number in range(1, 4):
            assert post(visitor, gateway, delivery(text("Hi", f"m_{number}"))).status_code == 200
    assert len([query for query in queries if "WHERE gateways.uri" in query]) <= 1
    assert len([query for query in queries if query.startswith("INSERT INTO deliveries")]) == 3


def test_a_new_app_secret_is_taken_at_once(visitor, gateway):
    assert post(visitor, gateway, delivery(text("Hi", "m_1"))).status_code == 200
    gateway.app_secret = "f" * 32
    db.session.commit()
    assert post(visitor, gateway, delivery(text("Hi", "m_2"))).status_code == 200


def test_a_deleted_gateway_is_forgotten_within_a_second(visitor, gateway, monkeypatch):
    assert post(visitor, gateway, delivery(text("Hi", "m_1"))).status_code == 200
    gateway.deleted_at = utcnow()
    db.session.commit()
    assert keys.FRESH <= 1
    monkeypatch.setattr(keys, "FRESH", 0)
    assert post(visitor, gateway, delivery(text("Hi", "m_2"))).status_code == 404


def test_a_secret_that_was_never_right_is_looked_up_again_and_refused(visitor, gateway, door):
    forged = {"X-Hub-Signature-256": signature.sign(wire(delivery()), "guessed")}
    assert post(visitor, gateway, delivery(), **forged).status_code == 403
    assert gateway.signature_refused_at is not None


def test_guessed_addresses_are_not_remembered(visitor, door):
    for number in range(20):
        assert visitor.post(f"/meta/guess{number}", data=b"{}", content_type="application/json")
    assert door.keys.known == {}


def test_only_one_of_many_looks_a_stale_key_up(monkeypatch):
    known = Keys(lambda _uri: Key(1, 1, cast.APP_SECRET))
    known.look_up("here")
    assert known.fresh("here") is not None
    monkeypatch.setattr(keys, "FRESH", -1)
    assert known.fresh("here") is None
    monkeypatch.setattr(keys, "FRESH", 1.0)
    assert known.fresh("here") is not None
