"""Faults of the login dialog, of answers and of what is posted (contract 13.7)."""

import hashlib
import hmac
import json

import pytest
import requests

from tests.serving import free_port, served
from webgateway.simulator import seed
from webgateway.simulator.demo.catalogue import KINDS

from .shapes import SAMPLES, sample, shape


def test_every_fault_of_the_catalogue_can_be_switched_on_and_off(client, here):
    for name in KINDS:
        assert client.post(f"/_sim/faults/{name}", data={"switch": "on"}).status_code == 303
    assert {fault.name for fault in here.world.faults} == set(KINDS)
    assert client.get("/_sim/faults/").text.count("Switch off ") >= len(KINDS)
    client.post("/_sim/faults/all")
    assert here.world.faults == []


def test_a_permission_is_kept_back_whatever_is_ticked(meta):
    meta.fault("partial_grant", argument="pages_manage_metadata", count=1)
    rows = meta.get("me/permissions", meta.login())[1]["data"]
    states = {row["permission"]: row["status"] for row in rows}
    assert (states["pages_manage_metadata"], states["pages_messaging"]) == ("declined", "granted")


def test_people_come_back_without_the_state(meta):
    meta.fault("state_missing", count=1)
    assert "state" not in meta.dialog(_sim_user=seed.OLENA)
    assert meta.dialog(_sim_user=seed.OLENA)["state"] == "S"


def test_an_old_callback_comes_again(meta):
    first = meta.dialog(_sim_user=seed.OLENA, state="first")
    meta.fault("callback_replay", count=1)
    assert meta.dialog(_sim_user=seed.OLENA, state="second") == first
    assert meta.dialog(_sim_user=seed.OLENA, state="third")["state"] == "third"


def test_a_version_expires_or_is_unknown_at_once(meta, client):
    meta.fault("version_expired", count=1)
    assert client.get("/v26.0/me").headers["facebook-api-version"] == "v21.0"
    meta.fault("version_unknown", count=1)
    assert client.get("/v26.0/me").get_json(force=True)["error"]["message"] == "Unknown path components: /me"
    assert client.get("/v26.0/me").headers["facebook-api-version"] == "v26.0"


def test_an_error_comes_with_200(meta):
    token = meta.login()
    meta.fault("error_with_200", count=1)
    status, answer = meta.get("me", token)
    assert (status, answer["error"]["code"]) == (200, 2)


def test_json_says_it_is_html(meta, client):
    meta.fault("wrong_content_type", count=1)
    answer = client.get("/v26.0/me")
    assert answer.mimetype == "text/html"
    assert json.loads(answer.data)["error"]["code"] == 2500


def test_a_connection_ends_without_an_answer(app, meta):
    meta.fault("reset", count=1)
    with served(app, free_port()) as address:
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{address}/v26.0/me", timeout=5)
        assert requests.get(f"{address}/v26.0/me", timeout=5).status_code == 400


def test_sending_reaches_the_accounts_limit(meta):
    meta.say("Hello")
    meta.fault("send_rate_limited", argument="80006", count=1)
    assert meta.send(meta.page_token(), text="x")[1]["error"]["code"] == 80006


def test_the_echo_is_posted_before_the_answer(meta, connected, receiver):
    meta.fault("echo_before_response")
    meta.say("Hello")
    mid = meta.send(connected, text="Good day")[1]["message_id"]
    assert mid in str(receiver.items())


def test_the_test_button_of_the_dashboard_is_pressed(meta, connected, receiver, eventually):
    meta.fault("webhook_dashboard_test", count=1)
    meta.say("Get Started", kind="postback")
    _, body = eventually(lambda: receiver.requests)[0]
    entry = json.loads(body)["entry"][0]
    change = entry["changes"][0]
    assert (entry["id"], change["field"]) == ("0", "messaging_postbacks")
    assert isinstance(change["value"]["timestamp"], str)
    wanted = shape(sample("page/messaging_postbacks/dashboard_test_changes_shape"))["changes"][0]["value"]
    assert set(change["value"]) == set(wanted)


def test_a_body_grows_to_megabytes(meta, connected, receiver, eventually):
    meta.fault("webhook_huge", argument="2", count=1)
    meta.say("x")
    _, body = eventually(lambda: receiver.requests)[0]
    assert len(body) > 2_000_000


def test_more_pages_are_added_and_nothing_is_forgotten(meta, client, here):
    token = meta.login(_sim_pages="all")
    assert client.post("/_sim/more-pages", json={"count": 70}).get_json()["pages"] == 101
    rows = meta.get("me/accounts", token, limit=100, summary="total_count")[1]
    assert rows["summary"]["total_count"] == 101


SAMPLED = sorted(SAMPLES.glob("*/*/*.json"))


def test_any_body_is_signed_and_posted_as_it_is(meta, connected, receiver, eventually, client):
    """Every recorded sample can be sent through the deliverer (contract 13.8)."""
    bodies = [json.loads(path.read_text()) for path in SAMPLED if path.parts[-3] != "callbacks"]
    for body in bodies:
        assert client.post("/_sim/deliver", json={"payload": body}).status_code == 200
    eventually(lambda: len(receiver.requests) == len(bodies), 20)
    headers, body = receiver.requests[0]
    right = hmac.new(seed.APP_SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == "sha256=" + right
    posted = [json.loads(body) for _, body in receiver.requests]
    assert all(body in posted for body in bodies)


def test_without_a_webhook_nothing_can_be_posted(client):
    assert client.post("/_sim/deliver", json={"payload": {"object": "page", "entry": []}}).status_code == 400
