"""A delivery becomes events: all entries and items, each with its page, nothing dropped without a word."""

from sqlalchemy import select

from tests import cast
from tests.deliveries import NOON, PAGE, delivery, post, text, wire
from webgateway.db import db, utcnow
from webgateway.journal import reading
from webgateway.journal.models import Delivery, Event


def events() -> list[Event]:
    return list(db.session.scalars(select(Event).order_by(Event.id)))


def test_every_entry_and_every_item_becomes_an_event(visitor, gateway, page, work):
    second = cast.page(gateway, "Harbour Coffee", "108001000000003")
    body = {
        "object": "page",
        "entry": [
            {"id": PAGE, "time": NOON, "messaging": [text("one", "m_1"), text("two", "m_2")]},
            {"id": second.meta_id, "time": NOON, "messaging": [text("three", "m_3", page=second.meta_id)]},
            {"id": PAGE, "time": NOON, "standby": [text("four", "m_4")]},
            {"id": PAGE, "time": NOON // 1000, "changes": [{"field": "name", "value": {}}]},
        ],
    }
    post(visitor, gateway, body)
    work(reading)
    assert [(event.position, event.mid) for event in events()] == [
        (0, "m_1"),
        (1, "m_2"),
        (2, "m_3"),
        (3, "m_4"),
        (4, None),
    ]
    assert [event.page_id for event in events()] == [page.id, page.id, second.id, page.id, page.id]
    assert db.session.scalars(select(Delivery.state)).one() == "read"


def test_an_event_of_a_page_that_is_not_ours_is_ignored_with_the_reason(visitor, gateway, page, work):
    post(visitor, gateway, delivery(text("Hi", "m_1", page="999"), page="999"))
    work(reading)
    assert [(event.outcome, event.reason) for event in events()] == [
        ("ignored", "No page of this gateway has this id.")
    ]


def test_a_page_of_another_gateway_is_not_ours(visitor, gateway, work):
    other = cast.gateway("Other", app_id="2", tenant=cast.tenant("Rival"))
    cast.page(other, "Theirs", "555")
    post(visitor, gateway, delivery(text("Hi", "m_1", page="555"), page="555"))
    work(reading)
    assert events()[0].outcome == "ignored"


def test_a_removed_page_takes_no_more_events(visitor, gateway, page, work):
    page.removed_at = utcnow()
    db.session.commit()
    post(visitor, gateway, delivery(text("Hi", "m_1")))
    work(reading)
    assert events()[0].outcome == "ignored"


def test_an_instagram_account_is_found_through_its_page(visitor, gateway, page, work):
    page.instagram_id = "17841405726653026"
    db.session.commit()
    item = text("Hola", "aWdf_1", by="6841100000000001", page="17841405726653026")
    post(visitor, gateway, delivery(item, page="17841405726653026", object="instagram"))
    work(reading)
    assert (events()[0].page_id, events()[0].channel) == (page.id, "instagram")


def test_what_cannot_be_parsed_is_failed_kept_and_shown(visitor, gateway, work):
    post(visitor, gateway, b'{"object":"page"}')
    work(reading)
    stored = db.session.scalars(select(Delivery)).one()
    assert stored.state == "failed"
    assert stored.error is not None
    assert stored.body == b'{"object":"page"}'


def test_a_bad_item_does_not_harm_its_neighbours(visitor, gateway, page, work):
    body = delivery(text("before", "m_1"), text("after", "m_2"))
    body["entry"][0]["messaging"][1:1] = [None, 7, "x", [], {"message": 3}, {"sender": {"id": {"a": 1}}}]
    post(visitor, gateway, body)
    work(reading)
    assert [event.mid for event in events() if event.outcome == "waiting"] == ["m_1", "m_2"]
    assert len(events()) == 8
    assert all(event.reason for event in events() if event.outcome == "ignored")


def test_two_workers_split_a_delivery_once(visitor, gateway, page, work):
    post(visitor, gateway, delivery(text("Hi", "m_1")))
    job = reading.claim()
    reading.work(job)
    reading.work(job)
    assert len(events()) == 1


def test_our_own_defect_is_tried_again_and_ends_as_failed(visitor, gateway):
    post(visitor, gateway, wire(delivery()))
    stored = db.session.scalars(select(Delivery)).one()
    for attempt in range(6):
        assert (stored.state, stored.attempts) == ("waiting", attempt)
        reading.fail([stored.id], ValueError("what went wrong inside"))
    assert stored.state == "failed"
    assert "inside" not in stored.error


def test_a_delivery_that_waits_for_its_next_try_is_left_alone(visitor, gateway):
    post(visitor, gateway, wire(delivery()))
    reading.fail(reading.claim(), ValueError())
    assert reading.claim() is None
