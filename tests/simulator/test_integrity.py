"""Pages that Meta warns, restricts and pardons (contract 3.4, 6.6)."""

import pytest

from webgateway.simulator import seed

from .shapes import sample, shape

PAGE = seed.PAGE_ID


def restrict(client, status, **more):
    assert client.post("/_sim/page-restrict", json={"page": PAGE, "status": status} | more).status_code == 200


def entries(here, member):
    found = [delivery.payload["entry"][0] for delivery in here.world.deliveries]
    return [entry for entry in found if member in entry["messaging"][0]]


@pytest.mark.parametrize(
    ("before", "status", "name"),
    [
        ("ok", "warning", "min"),
        ("ok", "restricted", "full_restricted"),
        ("ok", "suspended", "full_restricted"),
        ("restricted", "ok", "lifted"),
    ],
)
def test_business_integrity_looks_as_in_the_samples(client, hearing, here, before, status, name):
    restrict(client, before)
    restrict(client, status)
    entry = entries(here, "status")[-1]
    assert shape(entry) == shape(sample(f"page/business_integrity/{name}"))
    assert entry["messaging"][0]["timestamp"] < 10**11 < entry["time"]
    assert entry["messaging"][0]["status"] == status


@pytest.mark.parametrize(
    ("before", "status", "action"),
    [("ok", "warning", "warning"), ("ok", "restricted", "block"), ("restricted", "ok", "unblock")],
)
def test_policy_enforcement_comes_beside_it(client, hearing, here, before, status, action):
    restrict(client, before)
    restrict(client, status)
    entry = entries(here, "policy_enforcement")[-1]
    assert shape(entry) == shape(sample(f"page/messaging_policy_enforcement/{action}"))
    assert entry["messaging"][0]["policy_enforcement"]["action"] == action


def test_the_same_again_is_not_told_twice(client, hearing, here):
    restrict(client, "restricted")
    count = len(here.world.deliveries)
    restrict(client, "restricted")
    assert len(here.world.deliveries) == count


def test_a_restricted_page_cannot_send_until_it_is_lifted(meta, client, hearing):
    meta.say("Hello")
    restrict(client, "restricted")
    error = meta.send(hearing[PAGE], text="x")[1]["error"]
    assert (error["code"], error["error_subcode"]) == (10, 1893063)
    restrict(client, "ok")
    assert meta.send(hearing[PAGE], text="x")[0] == 200


def test_on_instagram_the_refusal_has_another_code(meta, client, hearing):
    meta.say("Ciao", page=seed.INSTAGRAM_ID, person=seed.LUCIA)
    client.post("/_sim/page-restrict", json={"page": seed.PAGE_INSTAGRAM_ID})
    to = {"person": seed.LUCIA, "page": seed.INSTAGRAM_ID}
    error = meta.send(hearing[seed.PAGE_INSTAGRAM_ID], text="x", **to)[1]["error"]
    assert (error["code"], error["error_subcode"]) == (100, 2534029)


def test_a_warned_page_may_send(meta, client, hearing):
    meta.say("Hello")
    restrict(client, "warning")
    assert meta.send(hearing[PAGE], text="x")[0] == 200
    status = meta.get(f"{PAGE}/page_status", hearing[PAGE])[1]
    assert (status["status"], status["violations"][0]["type"], status["restrictions"]) == (
        "warning",
        "SPAM",
        [],
    )


def test_page_status_tells_what_is_restricted_and_until_when(meta, client, hearing, here):
    token = hearing[PAGE]
    assert meta.get(f"{PAGE}/page_status", token)[1]["status"] == "ok"
    restrict(client, "restricted", hours=24)
    status = meta.get(f"{PAGE}/page_status", token)[1]
    found = status["restrictions"][0]
    assert (status["status"], found["feature"]) == ("restricted", "page_messaging_api")
    assert found["expiration_time"] - found["applied_time"] == 24 * 3600
    assert status["recommended_actions"][0]["action_type"] == "FILE_APPEAL"


def test_a_restriction_ends_by_itself(meta, client, hearing, here):
    meta.say("Hello")
    restrict(client, "restricted", hours=24)
    client.post("/_sim/clock", json={"advance": 24 * 3600})
    meta.say("Still there?")
    assert meta.send(hearing[PAGE], text="x")[0] == 200
    assert entries(here, "status")[-1]["messaging"][0]["status"] == "ok"


def test_the_fault_tells_of_it_and_leaves_the_page_as_it_is(meta, hearing, here):
    meta.say("Hello")
    meta.fault("blocked_page", count=1)
    assert meta.send(hearing[PAGE], text="x")[1]["error"]["error_subcode"] == 1893063
    assert entries(here, "status")[-1]["messaging"][0]["status"] == "restricted"
    assert meta.send(hearing[PAGE], text="x")[0] == 200


def test_who_did_not_subscribe_hears_nothing(meta, client, hearing, here):
    meta.post(f"{PAGE}/subscribed_apps", hearing[PAGE], subscribed_fields="messages")
    restrict(client, "restricted")
    assert here.world.deliveries == []


def test_the_panel_restricts_warns_and_lifts(client, here):
    for status in ("warning", "ok", "restricted", "ok"):
        client.post(f"/_sim/pages/{PAGE}/status", data={"status": status})
        assert here.world.pages[PAGE].status == status
    assert client.post(f"/_sim/pages/{PAGE}/status", data={"status": "happy"}).status_code == 404
    assert client.post("/_sim/page-restrict", json={"page": PAGE, "status": "happy"}).status_code == 400
