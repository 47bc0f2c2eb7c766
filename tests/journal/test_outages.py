"""After an outage a recovery begins by itself, as far back as something may be missing."""

from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from tests import cast
from tests.conversations.kept import Kept, ago, run
from tests.deliveries import delivery, post, text
from webgateway.conversations.models import Comparison, Message, Recovery
from webgateway.db import db, utcnow
from webgateway.gateways.models import Gateway
from webgateway.journal import outages, reading, taking
from webgateway.journal.models import Delivery, Watch


@pytest.fixture
def meta(requests_mock) -> Kept:
    return Kept(requests_mock)


def look() -> Recovery | None:
    outages.look()
    db.session.expire_all()
    return db.session.scalars(select(Recovery).order_by(Recovery.id.desc())).first()


def delivered(visitor, gateway, work, at, mid="m_1"):
    post(visitor, gateway, delivery(text("Hello", mid)))
    work(reading, taking)
    db.session.scalars(select(Delivery).order_by(Delivery.id.desc())).first().received_at = at
    db.session.commit()


def test_without_an_outage_nothing_begins(gateway, page):
    assert look() is None
    assert look() is None


def test_after_meta_had_unsubscribed_a_page_that_page_is_recovered(visitor, gateway, page, work):
    other = cast.page(gateway, "Harbour Coffee", "108001000000003")
    cast.grant(other, page.grants[0].account)
    delivered(visitor, gateway, work, last := utcnow() - timedelta(hours=5))
    page.missed_since = utcnow() - timedelta(minutes=1)
    recovery = look()
    assert recovery.reason == "unsubscribed"
    assert recovery.since == last - outages.EARLIER
    assert [row.page_id for row in db.session.scalars(select(Comparison))] == [page.id]
    assert page.missed_since is None
    outages.look()
    assert len(db.session.scalars(select(Recovery)).all()) == 1


def test_what_came_after_the_subscription_was_mended_does_not_shorten_it(visitor, gateway, page, work):
    delivered(visitor, gateway, work, last := utcnow() - timedelta(hours=5))
    page.missed_since = utcnow() - timedelta(hours=1)
    delivered(visitor, gateway, work, utcnow(), "m_2")
    assert look().since == last - outages.EARLIER


def test_a_page_that_never_got_anything_is_recovered_since_it_was_connected(gateway, page):
    page.created_at = ago(days=2)
    page.missed_since = utcnow()
    assert look().since == page.created_at - outages.EARLIER


def test_it_goes_back_thirty_days_at_most(gateway, page):
    page.created_at, page.missed_since = ago(days=200), utcnow()
    assert utcnow() - look().since < timedelta(days=30, minutes=1)


def test_a_time_without_any_worker_is_an_outage_of_all_gateways_that_are_on(gateway, page):
    off = cast.gateway("Second", app_id="2", enabled=False)
    look()
    watch = db.session.scalars(select(Watch)).one()
    watch.seen_at = utcnow() - timedelta(hours=3)
    assert look().reason == "stood_still"
    assert gateway.missed_since is None
    assert off.missed_since is None
    assert len(db.session.scalars(select(Recovery)).all()) == 1


def test_a_short_restart_is_no_outage(gateway, page):
    look()
    db.session.scalars(select(Watch)).one().seen_at = utcnow() - timedelta(minutes=14)
    assert look() is None


def test_what_waits_in_the_journal_takes_effect_first(visitor, gateway, page, meta, work):
    at = ago(minutes=30)
    post(visitor, gateway, delivery(text("Hello", "m_1", at=int(at.timestamp() * 1000))))
    meta.says("Hello", "m_1", at)
    gateway.missed_since, gateway.missed_why = utcnow() - timedelta(hours=1), "stood_still"
    assert look() is None
    work(reading)
    assert look() is None
    work(taking)
    assert look() is not None
    run()
    assert [message.recovered_at for message in db.session.scalars(select(Message))] == [None]


def test_what_was_put_off_does_not_hold_a_recovery_up(visitor, gateway, page):
    post(visitor, gateway, delivery(text("Hello", "m_1")))
    waiting = db.session.scalars(select(Delivery)).one()
    waiting.attempts, waiting.next_try_at = 1, utcnow() + timedelta(hours=6)
    gateway.missed_since = utcnow()
    assert look() is not None


def test_a_gateway_deleted_meanwhile_is_left_alone(gateway, page):
    gateway.missed_since, gateway.deleted_at = utcnow(), utcnow()
    page.missed_since = utcnow()
    assert look() is None


@pytest.fixture
def broken(app):
    """The door's database takes nothing for a while."""

    def refuse(_connection, _cursor, statement, *_rest):
        if statement.startswith("INSERT INTO deliveries"):
            raise OperationalError("INSERT", {}, Exception("database is locked"))

    def mend():
        if event.contains(*refused):
            event.remove(*refused)

    refused = db.engine, "before_cursor_execute", refuse
    event.listen(*refused)
    yield mend
    mend()


def test_deliveries_that_could_not_be_kept_are_an_outage_once_they_can(
    visitor, gateway, page, broken, caplog
):
    before = utcnow()
    assert post(visitor, gateway, delivery(text("Lost", "m_1"))).status_code == 503
    assert post(visitor, gateway, delivery(text("Lost", "m_2"))).status_code == 503
    broken()
    assert post(visitor, gateway, delivery(text("Kept", "m_3"))).status_code == 200
    found = noted(gateway)
    assert before <= found <= utcnow()
    assert gateway.missed_why == "unavailable"
    reading.work(reading.claim())
    taking.work(taking.claim())
    assert look().reason == "unavailable"
    assert gateway.missed_since is None


def noted(gateway: Gateway):
    """What the door notes after its commit, in its own thread."""
    import time

    for _ in range(100):
        db.session.expire_all()
        if gateway.missed_since:
            return gateway.missed_since
        db.session.rollback()
        time.sleep(0.02)
    raise AssertionError("nothing was noted")


def test_one_gateways_trouble_is_not_anothers(visitor, gateway, page, broken):
    other = cast.gateway("Second", app_id="2", app_secret=cast.APP_SECRET)
    post(visitor, gateway, delivery(text("Lost", "m_1")))
    broken()
    post(visitor, other, delivery(text("Kept", "m_2")))
    noted(gateway)
    assert other.missed_since is None
