"""The echo bot, with which flows are tried."""

import json

import pytest
from standardwebhooks import Webhook

from webgateway.db import utcnow
from webgateway.simulator.bot import SECRET

KEY = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def event(text: str | None, kind: str = "message.received", **contact: str) -> bytes:
    data = {"conversation": {"contact": contact}}
    if text is not None:
        data["message"] = {"text": text}
    return json.dumps({"type": kind, "data": data}).encode()


@pytest.fixture
def tell(client):
    def post(text: str | None, kind: str = "message.received", name: str = "Peter", **headers: str):
        body = event(text, kind, **({"name": name} if name else {}))
        return client.post("/bot/echo", data=body, content_type="application/json", headers=headers)

    return post


def test_it_repeats_what_is_said_and_offers_more(tell):
    (message,) = tell("Hello").get_json()["messages"]
    assert (message["text"], message["quick_replies"]) == ("You said: Hello", ["Hello", "human", "bye"])


def test_it_greets_by_name(tell):
    assert "Hello Peter," in tell("Hi", "conversation.started").get_json()["messages"][0]["text"]
    assert "Hello there," in tell("Hi", "conversation.started", name="").get_json()["messages"][0]["text"]


def test_it_does_what_the_word_says(tell):
    assert tell("human").get_json()["hand_over"] is True
    assert tell(" Bye ").get_json() == {"close": True}
    assert tell("fail").status_code == 500
    assert tell("nothing").status_code == 204


def test_slow_is_slower_than_anybody_waits(app, here, tell):
    assert here.settings.bot_seconds > 10
    here.settings.bot_seconds = 0.01
    assert tell("slow").get_json()["messages"][0]["text"] == "You said: slow"


def test_what_only_informs_is_left_unanswered(tell):
    assert tell(None, "conversation.closed").status_code == 204


def test_with_a_secret_only_what_is_signed_is_taken(tell, monkeypatch):
    monkeypatch.setenv(SECRET, KEY)
    assert tell("Hello").status_code == 401
    now = utcnow()
    signature = Webhook(KEY).sign("msg_1", now, event("Hello", name="Peter").decode())
    signed = {"webhook-id": "msg_1", "webhook-timestamp": str(int(now.timestamp()))}
    assert tell("Hello", **signed, **{"webhook-signature": signature}).status_code == 200
    assert tell("Goodbye", **signed, **{"webhook-signature": signature}).status_code == 401
