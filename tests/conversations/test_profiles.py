"""Names and pictures are looked up apart; a message never waits for them."""

from datetime import timedelta

import pytest
import requests

from tests import cast
from tests.deliveries import PETER, delivery, post, text
from webgateway.conversations import profiles
from webgateway.conversations.models import Contact, Conversation
from webgateway.db import db, utcnow
from webgateway.journal import reading, taking

PROFILE = f"http://127.0.0.1:9/v26.0/{PETER}"
KNOWN = {
    "id": PETER,
    "name": "Peter Chang",
    "first_name": "Peter",
    "profile_pic": "https://x.fbcdn.net/p.jpg",
}


def contact() -> Contact:
    return db.session.query(Contact).one()


def test_a_new_contact_gets_name_and_picture(visitor, gateway, page, work, requests_mock):
    requests_mock.get(PROFILE, json=KNOWN)
    post(visitor, gateway, delivery(text("Hi", "m_1")))
    work(reading, taking)
    assert (contact().name, contact().picture_url) == ("Peter Chang", "https://x.fbcdn.net/p.jpg")


@pytest.mark.parametrize(
    "answer",
    [
        {"json": {}},
        {"status_code": 400, "json": {"error": {"message": "x", "code": 100, "error_subcode": 2018218}}},
        {"exc": requests.exceptions.ReadTimeout},
        {"status_code": 500, "text": "<html>"},
    ],
)
def test_a_profile_that_cannot_be_read_stops_nothing_and_names_nobody_noname(
    visitor, gateway, page, work, requests_mock, answer
):
    requests_mock.get(PROFILE, **answer)
    post(visitor, gateway, delivery(text("Hi", "m_1")))
    work(reading, taking)
    assert db.session.query(Conversation).count() == 1
    assert contact().display_name == "Facebook user …0394"


def test_who_only_commented_is_not_asked_for(page, requests_mock):
    cast.conversation(cast.contact(page, None, profile_checked_at=None), customer_wrote_at=None)
    profiles.look_up_the_missed()
    assert requests_mock.call_count == 0


def test_whoever_meta_would_not_show_is_asked_for_again_an_hour_later(page, requests_mock):
    peter = cast.contact(page, None, profile_checked_at=utcnow())
    cast.conversation(peter)
    requests_mock.get(PROFILE, json=KNOWN)
    profiles.look_up_the_missed()
    assert requests_mock.call_count == 0
    peter.profile_checked_at = utcnow() - timedelta(hours=2)
    db.session.commit()
    profiles.look_up_the_missed()
    db.session.expire_all()
    assert contact().name == "Peter Chang"


def test_a_lost_look_up_is_made_up_for_in_the_next_round(page, requests_mock):
    cast.conversation(cast.contact(page, None, profile_checked_at=None))
    requests_mock.get(PROFILE, json=KNOWN)
    profiles.look_up_the_missed()
    db.session.expire_all()
    assert contact().name == "Peter Chang"


def test_a_known_name_is_not_asked_for_again_and_again(page, requests_mock):
    peter = cast.contact(page)
    profiles.look_up(peter.id)
    assert requests_mock.call_count == 0


def test_without_a_living_token_nobody_is_asked(page, requests_mock):
    page.grants[0].dead_since = utcnow()
    peter = cast.contact(page, None, profile_checked_at=None)
    profiles.look_up(peter.id)
    assert requests_mock.call_count == 0
