"""Replay: what had no effect has it now, what is done stays done."""

import pytest
from sqlalchemy import select

from tests import cast
from tests.deliveries import delivery, post, text
from webgateway.conversations.models import Message
from webgateway.db import db
from webgateway.journal import reading, replay, taking
from webgateway.journal.models import Delivery, Event


@pytest.fixture
def kept(visitor, gateway, page, work):
    """What `kept(body)` delivered and the worker worked on; its events."""

    def keep(body, *kinds) -> list[Event]:
        post(visitor, gateway, body)
        work(*(kinds or (reading, taking)))
        return list(db.session.scalars(select(Event).order_by(Event.id)))

    return keep


@pytest.fixture
def broken(kept):
    """An event our own defect kept from having any effect."""
    (event,) = kept(delivery(text("Hi", "m_1")), reading)
    event.outcome, event.reason, event.attempts = "failed", "It could not be worked on (KeyError).", 6
    db.session.commit()
    return event


def messages() -> list[str]:
    return list(db.session.scalars(select(Message.text).where(Message.author == "customer")))


def test_a_failed_event_takes_effect_once_more(as_ada, broken, work):
    answer = as_ada.post(f"/journal/events/{broken.id}/replay")
    assert (answer.status_code, answer.location) == (303, f"/journal/{broken.delivery_id}")
    assert (broken.outcome, broken.attempts, broken.reason) == ("waiting", 0, None)
    assert "1 waits again" in as_ada.get(answer.location).text
    work(taking)
    assert broken.outcome == "done"
    assert messages() == ["Hi"]


def test_a_done_event_is_not_repeated_and_the_answer_says_so(as_ada, kept, work):
    (event,) = kept(delivery(text("Hi", "m_1")))
    answer = as_ada.post(f"/journal/events/{event.id}/replay")
    assert event.outcome == "done"
    assert "took effect already and is not repeated" in as_ada.get(answer.location).text
    work(taking)
    assert messages() == ["Hi"]


def test_a_page_that_was_unknown_is_looked_up_again(as_ada, kept, gateway, work):
    (event,) = kept(delivery(text("Hi", "m_1", page="999"), page="999"))
    assert event.outcome == "ignored"
    cats = cast.page(gateway, name="Cisco Cats", meta_id="999")
    as_ada.post(f"/journal/events/{event.id}/replay")
    assert (event.outcome, event.page_id) == ("waiting", cats.id)
    work(taking)
    assert messages() == ["Hi"]


def test_a_page_that_is_still_unknown_leaves_it_ignored(as_ada, kept):
    (event,) = kept(delivery(text("Hi", "m_1", page="999"), page="999"))
    answer = as_ada.post(f"/journal/events/{event.id}/replay")
    assert event.outcome == "ignored"
    assert "No page of this gateway has this id." in as_ada.get(answer.location).text


def test_what_was_never_a_customers_message_does_not_become_one(as_ada, kept, work):
    """The Test button of Meta's dashboard: contract 6."""
    body = {"object": "page", "entry": [{"id": "102938475610293", "time": 1, "messaging": [{"odd": True}]}]}
    (event,) = kept(body)
    reason = event.reason
    assert event.outcome == "ignored"
    as_ada.post(f"/journal/events/{event.id}/replay")
    work(taking)
    assert (event.outcome, event.reason) == ("ignored", reason)
    assert messages() == []


def test_an_unreadable_delivery_is_read_anew(as_ada, visitor, gateway, page, work):
    post(visitor, gateway, delivery(text("Hi", "m_1")))
    one = db.session.scalars(select(Delivery)).one()
    one.state, one.error, one.attempts = "failed", "KeyError", 6
    db.session.commit()
    as_ada.post(f"/journal/{one.id}/replay")
    assert (one.state, one.error, one.attempts) == ("waiting", None, 0)
    work(reading, taking)
    assert messages() == ["Hi"]


def test_replaying_a_delivery_repeats_only_what_had_no_effect(as_ada, kept, work):
    done, failed = kept(delivery(text("one", "m_1"), text("two", "m_2")), reading)
    work(taking)
    db.session.query(Message).filter_by(mid="m_2").delete()
    failed.outcome = "failed"
    db.session.commit()
    answer = as_ada.post(f"/journal/{done.delivery_id}/replay")
    assert (done.outcome, failed.outcome) == ("done", "waiting")
    assert "1 waits again" in as_ada.get(answer.location).text


def test_replaying_a_delivery_that_is_all_done_says_so(as_ada, kept):
    (event,) = kept(delivery(text("Hi", "m_1")))
    answer = as_ada.post(f"/journal/{event.delivery_id}/replay")
    assert event.outcome == "done"
    assert "is not repeated" in as_ada.get(answer.location).text


class TestAllThatFailed:
    def test_the_number_is_told_before(self, as_ada, broken):
        page = as_ada.get("/journal/").text
        assert "Replay failed (1)" in page
        assert "1 waits again" in page

    def test_events_and_deliveries_wait_again(self, as_ada, broken):
        broken.delivery.state = "failed"
        db.session.commit()
        answer = as_ada.post("/journal/replays?outcome=failed")
        assert (answer.status_code, answer.location) == (303, "/journal/")
        db.session.expire_all()
        assert (broken.outcome, broken.attempts, broken.delivery.state) == ("waiting", 0, "waiting")
        assert "2 wait again" in as_ada.get("/journal/").text

    def test_only_those_of_the_search(self, as_ada, broken):
        as_ada.post("/journal/replays?q=something-else")
        assert broken.outcome == "failed"
        as_ada.post(f"/journal/replays?gateway={broken.gateway_id + 1}")
        assert broken.outcome == "failed"
        as_ada.post("/journal/replays?q=KeyError")
        assert broken.outcome == "waiting"

    def test_what_is_done_or_ignored_is_left_alone(self, as_ada, kept):
        kept(delivery(text("Hi", "m_1")))
        kept(delivery(text("Hi", "m_2", page="999"), page="999"))
        answer = as_ada.post("/journal/replays")
        assert [event.outcome for event in db.session.scalars(select(Event))] == ["done", "ignored"]
        assert "There is nothing to replay." in as_ada.get(answer.location).text

    def test_another_tenants_are_left_alone(self, as_rita, broken):
        as_rita.post("/journal/replays")
        assert broken.outcome == "failed"


@pytest.fixture
def addresses(broken):
    return [
        f"/journal/events/{broken.id}/replay",
        f"/journal/{broken.delivery_id}/replay",
        "/journal/replays",
    ]


def test_who_may_only_read_is_offered_no_replay(as_sam, broken, addresses):
    assert "Replay" not in as_sam.get(f"/journal/{broken.delivery_id}").text
    assert "Replay" not in as_sam.get("/journal/").text
    assert [as_sam.post(address).status_code for address in addresses] == [403, 403, 403]
    assert broken.outcome == "failed"


def test_strangers_and_missing_records_are_not_found(as_rita, as_ada, visitor, broken, addresses):
    assert [as_rita.post(address).status_code for address in addresses[:2]] == [404, 404]
    assert as_ada.post("/journal/events/4711/replay").status_code == 404
    assert as_ada.post("/journal/4711/replay").status_code == 404
    assert all("/login" in visitor.post(address).location for address in addresses)
    assert broken.outcome == "failed"


def test_a_delivery_is_parsed_once_for_all_its_events(as_ada, kept, monkeypatch):
    items = [text("Hi", f"m_{number}", page="999") for number in range(20)]
    first, *_ = kept(delivery(*items, page="999"), reading)
    honest, calls = replay.events.parse, []
    monkeypatch.setattr(replay.events, "parse", lambda body: calls.append(1) or honest(body))
    assert as_ada.post(f"/journal/{first.delivery_id}/replay").status_code == 303
    assert len(calls) == 1
