"""What customers do beside writing is a line in the conversation: it asks nobody for an answer."""

import pytest

from tests import cast
from tests.conversations.receiving import close, conversation, item, last_event, messages
from tests.deliveries import NOON, text
from webgateway.conversations.models import Conversation, Message
from webgateway.db import db

SURVEY = {
    "feedback_screens": [
        {
            "screen_id": 0,
            "questions": {
                "q1": {
                    "type": "csat",
                    "payload": "4",
                    "follow_up": {"type": "free_form", "payload": "Quick and friendly"},
                },
                "q2": {"type": "nps", "payload": "9"},
            },
        }
    ]
}
CONSENT = {"type": "notification_messages", "title": "Fruit of the week", "notification_messages_token": "t"}
LINES = [
    ({"optin": CONSENT}, ["Agreed to notifications: Fruit of the week"]),
    (
        {"optin": {**CONSENT, "notification_messages_status": "STOP NOTIFICATIONS"}},
        ["Stopped notifications: Fruit of the week"],
    ),
    (
        {"optin": {**CONSENT, "notification_messages_status": "RESUME NOTIFICATIONS"}},
        ["Resumed notifications: Fruit of the week"],
    ),
    (
        {"account_linking": {"status": "linked", "authorization_code": "do-not-show"}},
        ["Linked the account on your website"],
    ),
    ({"account_linking": {"status": "unlinked"}}, ["Unlinked the account on your website"]),
    (
        {"messaging_feedback": SURVEY},
        ["Satisfaction, of 5: 4", "In words: Quick and friendly", "Would recommend, of 10: 9"],
    ),
    (
        {"response_feedback": {"feedback": "Bad response", "mid": "m_0"}},
        ["Rated an answer: Bad response"],
    ),
    ({"template": {"type": "coupon", "coupon_code": "PEARS10"}}, ["Looked at the coupon PEARS10"]),
]


@pytest.mark.parametrize(("members", "words"), LINES)
def test_it_is_a_line_in_the_open_conversation(receive, screen, members, words):
    receive(text("Hi", "m_1"))
    receive(item(NOON + 1000, **members))
    line = screen()[1]
    assert all(one in line for one in words)
    assert "do-not-show" not in line
    assert last_event().outcome == "done"


@pytest.mark.parametrize(("members", "words"), LINES)
def test_after_the_end_it_stands_in_the_last_one_and_opens_none(receive, screen, members, words):
    receive(text("Hi", "m_1"))
    close()
    receive(item(NOON + 1000, **members))
    assert words[0] in screen()[1]
    assert not conversation().is_open


@pytest.mark.parametrize(("members", "words"), LINES)
def test_of_a_stranger_it_is_only_in_the_journal(receive, members, words):
    receive(item(**members))
    assert (last_event().outcome, last_event().reason) == (
        "ignored",
        "The customer has no conversation here in which it could be shown.",
    )


def test_it_leaves_the_window_the_list_and_the_waiting_as_they_were(receive, as_gail):
    receive(text("Hi", "m_1"))
    was = (conversation().customer_wrote_at, conversation().last_message_at, conversation().preview)
    receive(item(NOON + 1000, optin=CONSENT))
    assert (conversation().customer_wrote_at, conversation().last_message_at, conversation().preview) == was
    assert "Waiting" in as_gail.get("/conversations/").text


def test_it_makes_nobody_wait_who_was_answered(receive, as_gail):
    receive(text("Hi", "m_1"))
    cast.message(conversation(), "Hello!", author="agent", user=cast.person("Gail"))
    receive(item(account_linking={"status": "linked"}))
    shown = as_gail.fragment("/conversations/").text
    assert "Waiting" not in shown
    assert "You:" in shown


def test_delivered_twice_it_is_one_line(receive):
    receive(text("Hi", "m_1"))
    for _ in range(2):
        receive(item(NOON + 1000, optin=CONSENT))
    assert [message.author for message in messages()] == ["customer", "note"]


def test_answers_of_the_wrong_shape_are_no_harm(receive, screen):
    receive(text("Hi", "m_1"))
    screens = [None, {"questions": {"q": 7, "p": {"payload": 4}}}]
    receive(item(NOON + 1000, messaging_feedback={"feedback_screens": screens}))
    assert "Gave feedback" in screen()[1]


class TestAPluginOnAWebsite:
    """It is a way to begin a talk."""

    def test_it_opens_a_conversation_and_its_window(self, receive, screen):
        receive(item(optin={"ref": "newsletter"}))
        assert "Opted in on a website" in screen()[0]
        assert "newsletter" in screen()[0]
        assert conversation().customer_wrote_at is not None
        assert conversation().preview == "Opted in on a website"

    def test_without_a_customer_it_waits_for_the_first_message(self, receive):
        receive({"recipient": item()["recipient"], "timestamp": NOON, "optin": {"ref": "x", "user_ref": "y"}})
        assert last_event().reason == "It names no customer: the person has not written to the page yet."
        assert db.session.scalars(db.select(Conversation)).all() == []


def test_a_cart_is_a_message_with_its_lines(receive, screen):
    products = [{"name": "Crate", "unit_price": 11, "currency": "THB", "quantity": 2}, {"name": "Rope"}]
    receive(item(order={"products": products, "note": "by Friday"}))
    (article,) = screen()
    for words in ("Sent a cart", "by Friday", "Crate", "2 × 11 THB", "Rope"):
        assert words in article
    assert db.session.scalars(db.select(Message.kind)).all() == ["order"]
