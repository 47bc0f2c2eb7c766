"""Quick replies on the phone (contract 7.2): what is shown, what pressing one sends, when they vanish."""

import re

import pytest

from webgateway.simulator import seed

PHONE = {"person": seed.PETER, "page": seed.PAGE_ID}
YES = {"content_type": "text", "title": "Yes", "payload": "go:yes"}
ASKS = [YES, {"content_type": "user_email"}, {"content_type": "user_phone_number"}]


@pytest.fixture
def token(meta, hearing):
    meta.say("Hello")
    return hearing[seed.PAGE_ID]


def shown(client, **who):
    page = client.get("/_sim/phone/thread", query_string={**PHONE, **who}).text
    return re.findall(r'<button name="offer" value="\d+">([^<]+)</button>', page)


def press(client, number, **who):
    return client.post("/_sim/phone/messages", query_string={**PHONE, **who}, data={"offer": number})


def test_email_and_telephone_stand_there_as_in_the_profile(meta, client, token):
    meta.send(token, text="May we call?", quick_replies=ASKS)
    assert shown(client) == ["Yes", "peter.chang@example.com", "+14155550132"]


def test_who_has_no_telephone_in_the_profile_is_not_shown_it(meta, client, token):
    meta.say("Hello", person=seed.JONAS)
    meta.send(token, person=seed.JONAS, text="May we call?", quick_replies=ASKS)
    assert shown(client, person=seed.JONAS) == ["Yes", "jonas.weber@example.net"]


@pytest.mark.parametrize(
    ("number", "text", "payload"),
    [
        (0, "Yes", "go:yes"),
        (1, "peter.chang@example.com", "peter.chang@example.com"),
        (2, "+14155550132", "+14155550132"),
    ],
)
def test_pressing_one_sends_its_words_and_its_payload(meta, client, token, last_entry, number, text, payload):
    meta.send(token, text="May we call?", quick_replies=ASKS)
    assert press(client, number).status_code == 303
    message = last_entry()["messaging"][0]["message"]
    assert (message["text"], message["quick_reply"]) == (text, {"payload": payload})
    assert shown(client) == []


def test_they_vanish_with_the_next_message_of_either_side(meta, client, token):
    meta.send(token, text="May we call?", quick_replies=ASKS)
    meta.send(token, text="Take your time.")
    assert shown(client) == []
    assert press(client, 0).status_code == 404
    meta.send(token, text="May we call?", quick_replies=ASKS)
    meta.say("No")
    assert shown(client) == []


def test_one_that_is_not_there_cannot_be_pressed(meta, client, token):
    meta.send(token, text="May we call?", quick_replies=ASKS)
    assert press(client, 3).status_code == 404
    assert press(client, "x").status_code == 404
