"""Deliveries that go wrong on purpose."""

import hashlib
import hmac
import json

import pytest

from webgateway.simulator import seed


def texts(receiver):
    return [item["message"]["text"] for item in receiver.items()]


def test_a_dropped_webhook_is_never_posted(meta, connected, receiver, here, eventually):
    meta.fault("webhook_dropped", count=1)
    meta.say("lost")
    meta.say("kept")
    eventually(lambda: receiver.requests)
    assert texts(receiver) == ["kept"]


def test_duplicates_carry_the_same_mid(meta, connected, receiver, eventually):
    meta.fault("webhook_duplicate", argument="3", count=1)
    meta.say("thrice")
    eventually(lambda: len(receiver.requests) == 3)
    assert len({item["message"]["mid"] for item in receiver.items()}) == 1


def test_out_of_order_lets_the_second_overtake_the_first(meta, connected, receiver, eventually):
    meta.fault("webhook_out_of_order")
    meta.say("first")
    meta.say("second")
    eventually(lambda: len(receiver.requests) == 2)
    assert texts(receiver) == ["second", "first"]


def test_a_delayed_webhook_comes_later(meta, connected, receiver, eventually):
    meta.fault("webhook_delayed", argument="0.3", count=1)
    meta.say("late")
    meta.say("soon")
    eventually(lambda: len(receiver.requests) == 2)
    assert texts(receiver) == ["soon", "late"]


def test_a_batch_carries_several_messages_in_one_post(meta, connected, receiver, eventually):
    meta.fault("webhook_batch", argument="100")
    for number in range(5):
        meta.say(str(number))
    eventually(lambda: receiver.requests)
    assert texts(receiver) == list("01234")
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("name", ["webhook_bad_signature", "webhook_wrong_app_secret"])
def test_a_bad_signature_does_not_fit_the_body(meta, connected, receiver, eventually, name):
    meta.fault(name, count=1)
    meta.say("forged")
    headers, body = eventually(lambda: receiver.requests)[0]
    right = hmac.new(seed.APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] != "sha256=" + right


def test_sha1_only_leaves_out_the_sha256_header(meta, connected, receiver, eventually):
    meta.fault("webhook_sha1_only", count=1)
    meta.say("old")
    headers, _ = eventually(lambda: receiver.requests)[0]
    assert "X-Hub-Signature" in headers
    assert "X-Hub-Signature-256" not in headers


def test_no_signature_leaves_out_both_headers(meta, connected, receiver, eventually):
    meta.fault("webhook_no_signature", count=1)
    meta.say("bare")
    headers, _ = eventually(lambda: receiver.requests)[0]
    assert not any(name.startswith("X-Hub") for name in headers)


def test_bad_json_cannot_be_read(meta, connected, receiver, eventually):
    meta.fault("webhook_bad_json", count=1)
    meta.say("broken")
    _, body = eventually(lambda: receiver.requests)[0]
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


def test_numeric_ids_and_seconds_arrive_as_in_old_fixtures(meta, connected, receiver, eventually):
    meta.fault("webhook_numeric_ids", count=1)
    meta.fault("webhook_seconds_timestamp", count=1)
    meta.say("old")
    eventually(lambda: receiver.requests)
    item = receiver.items()[0]
    assert item["sender"]["id"] == int(seed.psid(seed.PETER, seed.PAGE_ID))
    assert item["timestamp"] < 10**11


def test_an_unknown_page_id_replaces_the_real_one(meta, connected, receiver, eventually):
    meta.fault("webhook_unknown_page", count=1)
    meta.say("stray")
    _, body = eventually(lambda: receiver.requests)[0]
    assert json.loads(body)["entry"][0]["id"] == "999000999000999"


def test_an_unescaped_body_is_signed_as_it_is(meta, connected, receiver, eventually):
    meta.fault("webhook_unescaped", count=1)
    meta.say("äöå")
    headers, body = eventually(lambda: receiver.requests)[0]
    assert "äöå".encode() in body
    right = hmac.new(seed.APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == "sha256=" + right
