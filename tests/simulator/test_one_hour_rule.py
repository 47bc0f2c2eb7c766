"""Deliveries that fail: a warning after 15 minutes, unsubscribed after an hour (contract 6.4, 13.5)."""

import pytest

from webgateway.simulator import seed

HOUR = 3600


@pytest.fixture
def slow(client):
    """An hour lasts an hour; the clock makes it pass."""
    client.post("/_sim/clock", json={"scale": 1})


def subscription(client):
    return client.get("/_sim/subscriptions.json").get_json()[0]


def test_failing_then_alerted_then_unsubscribed(meta, client, connected, slow, eventually):
    assert subscription(client)["state"] == "subscribed"
    meta.fault("webhook_unreachable")
    meta.say("lost")
    eventually(lambda: subscription(client)["state"] == "failing")
    assert HOUR - 10 < subscription(client)["seconds_left"] <= HOUR
    client.post("/_sim/clock", json={"advance": 20 * 60})
    eventually(lambda: subscription(client)["state"] == "alerted")
    client.post("/_sim/clock", json={"advance": HOUR})
    eventually(lambda: subscription(client)["state"] == "unsubscribed")
    assert meta.get(f"{seed.PAGE_ID}/subscribed_apps", connected)[1] == {"data": []}
    assert client.get("/_sim/deliveries.json").get_json()[0]["state"] == "dropped"


def test_an_answer_in_time_begins_anew(meta, client, connected, slow, eventually):
    meta.fault("webhook_unreachable")
    meta.say("late")
    eventually(lambda: subscription(client)["state"] == "failing")
    client.post("/_sim/faults", json={"off": "all"})
    client.post("/_sim/clock", json={"advance": 1200})
    eventually(lambda: subscription(client)["state"] == "subscribed")


def test_subscribing_again_ends_it(meta, client, connected, eventually):
    meta.fault("webhook_unreachable")
    meta.say("lost")
    eventually(lambda: subscription(client)["state"] == "unsubscribed")
    client.post("/_sim/faults", json={"off": "all"})
    meta.post(f"{seed.PAGE_ID}/subscribed_apps", connected, subscribed_fields="messages")
    assert [row["state"] for row in client.get("/_sim/subscriptions.json").get_json()] == ["subscribed"]


def test_a_second_hour_of_failures_is_alerted_again(meta, client, connected, here, eventually):
    for count in (1, 2):
        meta.fault("webhook_unreachable")
        meta.post(f"{seed.PAGE_ID}/subscribed_apps", connected, subscribed_fields="messages")
        meta.say("lost")
        eventually(lambda count=count: sum("disabled" in words for words in here.world.alerts) == count)


def test_patience_may_end_after_some_failures(meta, client, connected, slow, eventually):
    meta.fault("webhook_unreachable")
    meta.fault("unsubscribe_after_failures", argument="3")
    meta.say("lost")
    eventually(lambda: subscription(client)["state"] == "unsubscribed")
    assert len(client.get("/_sim/deliveries.json").get_json()[0]["attempts"]) == 3


def test_instagram_shares_the_subscription_of_its_page(meta, client, hearing, slow, eventually):
    meta.fault("webhook_unreachable")
    meta.say("Ciao", page=seed.INSTAGRAM_ID, person=seed.LUCIA)
    client.post("/_sim/clock", json={"advance": HOUR})
    eventually(lambda: client.get("/_sim/deliveries.json").get_json()[0]["attempts"])
    client.post("/_sim/clock", json={"advance": HOUR})
    rows = eventually(
        lambda: [
            row
            for row in client.get("/_sim/subscriptions.json").get_json()
            if (row["page"], row["state"]) == (seed.PAGE_INSTAGRAM_ID, "unsubscribed")
        ]
    )
    assert rows


def test_the_clock_tells_and_goes_back_to_real_time(client):
    assert client.post("/_sim/clock", json={"advance": 60, "scale": 0.5}).get_json()["scale"] == 0.5
    assert round(client.get("/_sim/clock").get_json()["offset"]) == 60
    assert client.post("/_sim/clock", json={"offset": 0}).get_json()["offset"] == 0


def test_the_panel_moves_time_and_shows_what_it_does(meta, client, connected, here, eventually):
    client.post("/_sim/time/scale", data={"scale": "an hour"})
    client.post("/_sim/time/clock", data={"step": "25 hours"})
    assert round(here.clock.offset) == 25 * HOUR
    meta.fault("webhook_unreachable")
    meta.say("lost")
    eventually(lambda: "failing" in client.get("/_sim/time/").text)
    fragment = client.get("/_sim/time/", headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    assert "taken off in" in fragment
    client.post("/_sim/time/clock", data={})
    assert here.clock.offset == 0
    assert client.post("/_sim/time/clock", data={"step": "a while"}).status_code == 400


def test_the_panel_begins_and_ends_an_outage(client, meta, connected):
    client.post("/_sim/faults/webhook_dropped", data={"switch": "on"})
    meta.say("lost")
    assert "1 event lost" in client.get("/_sim/time/").text
    client.post("/_sim/faults/webhook_dropped", data={"switch": "off"})
    assert "Begin an outage" in client.get("/_sim/time/").text
