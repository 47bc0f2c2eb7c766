"""Whose turn it is to answer: handovers, standby copies, refusals (contract 6.6, 7.3)."""

import pytest

from webgateway.simulator import seed
from webgateway.simulator.sending import INBOX_APP

from .shapes import sample, shape

PAGE, ACCOUNT = seed.PAGE_ID, seed.INSTAGRAM_ID
TO = f'{{"id": "{seed.psid(seed.PETER, PAGE)}"}}'


@pytest.fixture
def token(meta, hearing):
    meta.say("Hello")
    return hearing[PAGE]


def own(client, app, person=seed.PETER, page=PAGE):
    asked = {"person": person, "page": page, "app": app}
    assert client.post("/_sim/thread-owner", json=asked).status_code == 200


def owner(meta, token):
    return meta.get(f"{PAGE}/thread_owner", token, recipient=seed.psid(seed.PETER, PAGE))[1]["data"]


def test_a_thread_is_idle_passed_taken_back_and_released(meta, token, last_entry):
    assert owner(meta, token) == []
    answer = meta.post(
        f"{PAGE}/pass_thread_control", token, recipient=TO, target_app_id=INBOX_APP, metadata="please"
    )
    assert answer == (200, {"success": True})
    assert owner(meta, token) == [{"thread_owner": {"app_id": INBOX_APP}}]
    entry = last_entry()
    assert shape(entry) == shape(sample("page/messaging_handovers/pass_thread_control_from_idle"))
    assert entry["messaging"][0]["pass_thread_control"]["metadata"] == "please"
    meta.post(f"{PAGE}/take_thread_control", token, recipient=TO)
    entry = last_entry()
    assert shape(entry) == shape(sample("page/messaging_handovers/take_thread_control"))
    assert entry["messaging"][0]["take_thread_control"]["previous_owner_app_id"] == INBOX_APP
    assert owner(meta, token)[0]["thread_owner"]["app_id"] == seed.APP_ID
    assert meta.post(f"{PAGE}/release_thread_control", token, recipient=TO)[0] == 200
    assert owner(meta, token) == []


def test_while_another_app_owns_it_nothing_can_be_sent(meta, client, token):
    own(client, "inbox")
    assert meta.send(token, text="x")[1]["error"]["code"] == 2018300
    own(client, "")
    assert meta.send(token, text="x")[0] == 200


def test_on_instagram_the_refusal_has_another_code(meta, client, hearing, last_entry):
    meta.say("Ciao", page=ACCOUNT, person=seed.LUCIA)
    own(client, "inbox", seed.LUCIA, ACCOUNT)
    assert last_entry()["id"] == ACCOUNT
    own(client, seed.APP_ID, seed.LUCIA, ACCOUNT)
    assert shape(last_entry()) == shape(sample("instagram/messaging_handover/pass_thread_control"))
    own(client, "inbox", seed.LUCIA, ACCOUNT)
    to = {"person": seed.LUCIA, "page": ACCOUNT}
    error = meta.send(hearing[seed.PAGE_INSTAGRAM_ID], text="x", **to)[1]["error"]
    assert (error["code"], error["error_subcode"]) == (100, 2534037)


def test_who_does_not_own_it_gets_standby_copies(meta, client, token, last_entry):
    own(client, "inbox")
    meta.say("Are you there?")
    assert shape(last_entry()) == shape(sample("page/standby/message"))
    meta.say("Talk to an agent", kind="postback", payload="AGENT")
    assert shape(last_entry()) == shape(sample("page/standby/postback_without_payload"))
    meta.say("agent answer", kind="inbox_answer")
    meta.say(kind="read")
    assert shape(last_entry()) == shape(sample("page/standby/read"))


def test_the_inboxs_own_messages_are_echoed_to_standby(meta, client, token, here):
    own(client, "inbox")
    meta.say("agent answer", kind="inbox_answer")
    entries = [delivery.payload["entry"][0] for delivery in here.world.deliveries]
    echoes = [entry for entry in entries if entry.get("standby", [{}])[0].get("message", {}).get("is_echo")]
    assert shape(echoes[0]) == shape(sample("page/standby/echo"))


def test_without_the_field_standby_there_are_no_copies(meta, client, token, here):
    meta.post(f"{PAGE}/subscribed_apps", token, subscribed_fields="messages")
    own(client, "inbox")
    count = len(here.world.deliveries)
    meta.say("unheard")
    assert len(here.world.deliveries) == count


def test_only_the_owner_passes_or_releases(meta, client, token):
    own(client, seed.OTHER_APP_ID)
    for verb in ("pass_thread_control", "release_thread_control", "extend_thread_control"):
        answer = meta.post(f"{PAGE}/{verb}", token, recipient=TO, target_app_id=INBOX_APP, duration=60)
        assert answer[1]["error"]["code"] == 2018300


def test_an_unknown_app_cannot_be_passed_to(meta, token):
    answer = meta.post(f"{PAGE}/pass_thread_control", token, recipient=TO, target_app_id="123")
    assert answer[1]["error"]["error_subcode"] == 2018164


def test_the_owner_is_asked_to_hand_over(meta, client, token, last_entry):
    own(client, seed.APP_ID)
    meta.post(f"{PAGE}/request_thread_control", token, recipient=TO, metadata="now")
    entry = last_entry()
    assert shape(entry) == shape(sample("page/messaging_handovers/request_thread_control"))
    assert entry["messaging"][0]["request_thread_control"]["requested_owner_app_id"] == int(seed.APP_ID)


def test_an_extended_ownership_ends_by_itself(meta, client, token):
    meta.post(f"{PAGE}/extend_thread_control", token, recipient=TO, duration=60)
    assert "expiration" in owner(meta, token)[0]["thread_owner"]
    client.post("/_sim/clock", json={"advance": 61})
    assert owner(meta, token) == []


def test_the_phone_hands_over(client, token):
    who = {"person": seed.PETER, "page": PAGE}
    client.post("/_sim/phone/owner", query_string=who, data={"app": INBOX_APP})
    assert "Only Meta&#39;s inbox may answer" in client.get("/_sim/phone/thread", query_string=who).text
    assert client.post("/_sim/phone/owner", query_string=who, data={"app": "123"}).status_code == 404
