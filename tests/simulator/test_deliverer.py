"""Webhooks as Meta posts them: signed bytes, order, retries, the one-hour rule."""

import hashlib
import hmac
import json

from webgateway.simulator import seed


def test_a_customers_message_arrives_signed_over_escaped_ascii(meta, connected, receiver, eventually):
    said = meta.say('Привіт, äöå 😀 / "x"')
    headers, body = eventually(lambda: receiver.requests)[0]
    assert body.isascii()
    assert b"\\u00e4\\u00f6\\u00e5" in body
    assert b"\\ud83d\\ude00" in body
    assert b"\\/" in body
    assert b'": ' not in body
    digest = hmac.new(seed.APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == "sha256=" + digest
    assert (
        headers["X-Hub-Signature"]
        == "sha1=" + hmac.new(seed.APP_SECRET.encode(), body, hashlib.sha1).hexdigest()
    )
    assert headers["User-Agent"] == "facebookexternalua"
    assert headers["Content-Type"] == "application/json"
    item = receiver.items()[0]
    assert item["sender"]["id"] == seed.psid(seed.PETER, seed.PAGE_ID)
    assert item["recipient"]["id"] == seed.PAGE_ID
    assert item["message"]["mid"] == said["mid"]
    assert item["message"]["text"].startswith("Привіт")


def test_messages_of_one_page_arrive_in_order(meta, connected, receiver, eventually):
    for number in range(8):
        meta.say(str(number))
    eventually(lambda: len(receiver.requests) == 8)
    assert [item["message"]["text"] for item in receiver.items()] == list("01234567")


def test_a_failed_delivery_is_posted_again_at_once_and_keeps_its_place(meta, connected, receiver, eventually):
    receiver.statuses = [500, 403]
    meta.say("first")
    meta.say("second")
    eventually(lambda: len(receiver.requests) == 4)
    assert [item["message"]["text"] for item in receiver.items()] == ["first", "first", "first", "second"]
    assert receiver.requests[0][1] == receiver.requests[2][1]


def test_an_answer_later_than_the_limit_counts_as_failure(meta, connected, receiver, here, eventually):
    receiver.pause = 0.7
    meta.say("slow")
    eventually(lambda: here.world.deliveries[0].attempts)
    assert here.world.deliveries[0].attempts[0].status == 0


def test_an_hour_of_failures_takes_the_app_off_the_page(meta, connected, receiver, here, eventually):
    receiver.always = 500
    meta.say("lost")
    key = f"{seed.APP_ID}:{seed.PAGE_ID}"
    eventually(lambda: key not in here.world.page_subscriptions)
    assert len(receiver.requests) > 4
    assert here.world.deliveries[0].state == "dropped"
    assert any("15 minutes" in words for words in here.world.alerts)
    assert meta.get(f"{seed.PAGE_ID}/subscribed_apps", connected) == (200, {"data": []})
    count = len(receiver.requests)
    meta.say("nobody hears this")
    assert len(receiver.requests) == count
    assert len(here.world.deliveries) == 1


def test_subscribing_again_lets_messages_through_again(meta, connected, receiver, here, eventually):
    receiver.always = 500
    meta.say("lost")
    eventually(lambda: not here.world.page_subscriptions)
    receiver.always = 200
    receiver.requests.clear()
    meta.post(f"{seed.PAGE_ID}/subscribed_apps", connected, subscribed_fields="messages")
    meta.say("heard")
    eventually(lambda: receiver.requests)
    assert receiver.items()[0]["message"]["text"] == "heard"


def test_our_answer_comes_back_as_echo_and_delivery(meta, connected, receiver, eventually):
    meta.say("Hello")
    _, sent = meta.send(connected, text="Good day", metadata="wg:1")
    eventually(lambda: len(receiver.requests) == 3)
    _, echo, delivery = receiver.items()
    assert echo["message"] == {
        "mid": sent["message_id"],
        "text": "Good day",
        "is_echo": True,
        "app_id": int(seed.APP_ID),
        "metadata": "wg:1",
    }
    assert echo["sender"]["id"] == seed.PAGE_ID
    assert echo["recipient"]["id"] == sent["recipient_id"]
    assert delivery["delivery"]["mids"] == [sent["message_id"]]


def test_reading_on_the_phone_is_told_once(meta, connected, receiver, eventually):
    meta.say("Hello")
    meta.send(connected, text="Good day")
    meta.say(kind="read")
    meta.say(kind="read")
    eventually(lambda: len(receiver.requests) == 4)
    assert "watermark" in receiver.items()[-1]["read"]


def test_fields_the_page_did_not_subscribe_to_stay_silent(meta, connected, receiver, here, eventually):
    meta.post(f"{seed.PAGE_ID}/subscribed_apps", connected, subscribed_fields="messaging_postbacks")
    meta.say("unheard")
    meta.say(kind="postback", text="Get Started", payload="START")
    eventually(lambda: receiver.requests)
    assert [item["postback"]["payload"] for item in receiver.items()] == ["START"]
    assert len(here.world.deliveries) == 1


def test_in_development_only_people_with_a_role_are_heard(meta, connected, here):
    del here.world.apps[seed.APP_ID].roles[seed.PETER]
    meta.say("unheard")
    assert here.world.deliveries == []
    here.world.apps[seed.APP_ID].mode = "live"
    meta.say("heard")
    assert len(here.world.deliveries) == 1


def test_instagram_messages_travel_under_their_own_object(meta, receiver, eventually):
    pair = {"callback_url": receiver.url, "verify_token": "right"}
    meta.post(
        f"{seed.APP_ID}/subscriptions",
        meta.app_token,
        object="instagram",
        fields="messages,messaging_seen",
        **pair,
    )
    token = meta.page_token(seed.PAGE_INSTAGRAM_ID)
    meta.post(f"{seed.PAGE_INSTAGRAM_ID}/subscribed_apps", token, subscribed_fields="name")
    meta.say("Ciao", page=seed.INSTAGRAM_ID, person=seed.LUCIA)
    eventually(lambda: receiver.requests)
    body = json.loads(receiver.requests[0][1])
    assert body["object"] == "instagram"
    assert body["entry"][0]["id"] == seed.INSTAGRAM_ID
    meta.send(token, person=seed.LUCIA, page=seed.INSTAGRAM_ID, text="Salve")
    eventually(lambda: len(receiver.requests) == 2)
    assert receiver.items()[1]["message"]["is_echo"] is True


def test_deauthorize_is_a_signed_form(meta, receiver, connected, eventually):
    meta.post(seed.APP_ID, meta.app_token, deauth_callback_url=receiver.url)
    meta.delete(f"{seed.PAGE_ID}/subscribed_apps", connected)
    headers, body = eventually(lambda: receiver.requests)[0]
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert body.startswith(b"signed_request=")
    assert body.count(b".") == 1
