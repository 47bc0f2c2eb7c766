"""On every page: how many were given up, and that nothing is worked on."""

from datetime import timedelta

import pytest

from tests import cast
from tests.deliveries import delivery, post, text
from webgateway.db import db, utcnow
from webgateway.heartbeat import Heartbeat, beat
from webgateway.journal import alarms
from webgateway.journal.models import Delivery, Event

STANDS_STILL = "The background worker is not running"


@pytest.fixture
def failed(visitor, gateway, page, work):
    """One event and one delivery that were given up."""
    post(visitor, gateway, delivery(text("Hi", "m_1")))
    work()
    db.session.execute(db.update(Event).values(outcome="failed"))
    db.session.commit()
    post(visitor, gateway, b'{"object":"page"}')
    work()
    assert db.session.query(Delivery).filter_by(state="failed").count() == 1


def test_dead_letters_are_counted_in_the_header_of_every_page(as_ada, failed):
    for path in ("/gateways/", "/flows/", "/journal/"):
        assert as_ada.get(path).text.count('>, </span>2<span class="visually-hidden"> failed</span>') == 1


def test_without_any_the_header_says_nothing(as_ada):
    assert "failed</span>" not in as_ada.get("/gateways/").text


def test_many_are_not_counted_to_the_end(as_ada, failed, monkeypatch):
    monkeypatch.setattr(alarms, "MOST", 1)
    assert alarms.alarms(cast.tenant()).dead_letters == 2


def test_all_of_it_is_one_query(app, failed, count_queries):
    tenant = cast.tenant()
    tenant.id  # noqa: B018 - loaded
    with count_queries() as queries:
        assert alarms.alarms(tenant) == alarms.Alarms(2, work_stands_still=False)
    assert len(queries) == 1


def test_another_tenants_are_not_counted(as_rita, failed):
    assert "failed</span>" not in as_rita.get("/gateways/").text


def test_whoever_may_not_read_the_journal_is_told_nothing(as_nora, as_gail, failed):
    for client in (as_nora, as_gail):
        answer = client.get("/profile")
        assert answer.status_code == 200
        page = answer.text
        assert "failed</span>" not in page
        assert STANDS_STILL not in page


def test_a_missing_worker_is_told_while_something_waits(as_ada, visitor, gateway, page, work):
    assert STANDS_STILL not in as_ada.get("/gateways/").text, "nothing waits"
    post(visitor, gateway, delivery(text("Hi", "m_1")))
    assert STANDS_STILL in as_ada.get("/gateways/").text
    beat("here:1")
    assert STANDS_STILL not in as_ada.get("/gateways/").text
    db.session.execute(db.update(Heartbeat).values(seen_at=utcnow() - timedelta(minutes=1)))
    db.session.commit()
    assert STANDS_STILL in as_ada.get("/gateways/").text
