"""Quick replies: sent with the last part, shown as offered, the pressed one marked."""

import re

import pytest

from tests import cast
from tests.conversations.sending import SEND, send
from tests.deliveries import text
from webgateway.conversations import writing
from webgateway.db import db

YES = {"type": "text", "title": "Yes", "payload": "go:yes"}
NO = {"type": "text", "title": "No", "payload": "go:no"}
EMAIL, PHONE = {"type": "email"}, {"type": "phone"}


@pytest.fixture
def talk(page):
    return cast.conversation(cast.contact(page))


def offer(talk, *replies, words="Shall we call you?"):
    message = writing.write(talk, words, "flow", quick_replies=list(replies))
    db.session.commit()
    return message


def test_they_go_out_with_the_last_part_of_a_long_text(talk, requests_mock):
    requests_mock.post(SEND, json={"message_id": "m_1"})
    offer(talk, YES, EMAIL, words="a" * 1900 + "\n\n" + "b" * 1900)
    send(), send()
    first, last = (request.json()["message"] for request in requests_mock.request_history)
    assert "quick_replies" not in first
    assert last["quick_replies"] == [
        {"content_type": "text", "title": "Yes", "payload": "go:yes"},
        {"content_type": "user_email"},
    ]


def test_titles_are_shortened_where_they_are_written(talk):
    message = offer(talk, {**YES, "title": "Ask Maximiliana-Josefine"})
    assert message.quick_replies[0]["title"] == "Ask Maximiliana-Jos…"
    assert message.parts[-1].quick_replies == message.quick_replies


def test_more_than_meta_takes_are_never_written(talk):
    with pytest.raises(ValueError, match="14 quick replies"):
        offer(talk, *[YES] * 14)


def chips(answer) -> list[tuple[str, bool]]:
    found = re.findall(r'<ul class="offers".*?</ul>', answer.text, re.S)
    rows = [re.findall(r"<li( class=\"chosen\")?>(.*?)</li>", part, re.S) for part in found]
    return [(re.sub(r"<[^>]+>", "", words), bool(chosen)) for row in rows for chosen, words in row]


def test_the_thread_shows_what_was_offered(as_gail, talk):
    offer(talk, YES, EMAIL, PHONE)
    shown = chips(as_gail.get(f"/conversations/{talk.id}"))
    assert shown == [("Yes", False), ("Their e-mail address", False), ("Their telephone number", False)]


@pytest.mark.parametrize(
    ("words", "payload", "place"),
    [("No", "go:no", 1), ("peter@example.com", "peter@example.com", 2), ("+14155550132", "+14155550132", 3)],
)
def test_the_pressed_one_is_marked(as_gail, talk, receive, words, payload, place):
    offer(talk, YES, NO, EMAIL, PHONE)
    receive(text(words, "m_9", at=1785312004523 + 10**12, quick_reply={"payload": payload}))
    answer = as_gail.get(f"/conversations/{talk.id}")
    assert [chosen for _, chosen in chips(answer)].index(True) == place
    assert "Chose a quick reply" in answer.text


def test_other_words_press_nothing(as_gail, talk, receive):
    offer(talk, YES, NO)
    receive(text("No", "m_9", at=1785312004523 + 10**12))
    assert not any(chosen for _, chosen in chips(as_gail.get(f"/conversations/{talk.id}")))
