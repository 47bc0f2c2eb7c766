"""The /_sim pages: phone, deliveries, faults, settings; and who may see them."""

import re

import pytest

from webgateway.simulator import seed

WHO = {"person": seed.PETER, "page": seed.PAGE_ID}
PAGES = [
    "/_sim/",
    "/_sim/phone/",
    "/_sim/deliveries/",
    "/_sim/time/",
    "/_sim/faults/",
    "/_sim/pages/",
    "/_sim/calls.html",
]


@pytest.mark.parametrize("path", [*PAGES, f"/_sim/apps/{seed.APP_ID}"])
def test_every_page_opens_without_inline_script_or_style(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert not re.search(r"<script(?![^>]*src)|style=|\son\w+=", answer.text)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_home_shows_what_to_copy(client):
    text = client.get("/_sim/").text
    assert seed.APP_ID in text
    assert seed.APP_SECRET in text


@pytest.mark.parametrize("method", ["get", "post"])
def test_other_machines_and_other_names_are_refused(client, method):
    call = getattr(client, method)
    assert call("/_sim/clock", environ_base={"REMOTE_ADDR": "10.0.0.5"}).status_code == 403
    assert call("/_sim/clock", headers={"Host": "evil.example"}).status_code == 403
    assert call("/_sim/clock").status_code == 200


def test_a_post_from_another_site_is_refused(client):
    assert client.post("/_sim/reset", headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/_sim/reset", headers={"Origin": "http://localhost"}).status_code == 200


def test_an_unknown_path_below_sim_is_not_a_graph_call(client):
    assert client.post("/_sim/nonsense").status_code == 404
    assert client.get("/_sim/unimplemented").get_json() == []


def test_the_phone_sends_and_shows_the_talk(client, meta, connected):
    answer = client.post("/_sim/phone/messages", query_string=WHO, data={"text": "Is <b>anybody</b> there?"})
    assert answer.status_code == 303
    text = client.get(answer.location).text
    assert "Is &lt;b&gt;anybody&lt;/b&gt; there?" in text
    assert "Nobody hears you" not in text
    meta.send(connected, text="Yes")
    fragment = client.get("/_sim/phone/thread", query_string=WHO).text
    assert "<html" not in fragment
    assert "Yes" in fragment


def test_the_phone_says_why_nobody_hears(client):
    assert "no app has registered a webhook" in client.get("/_sim/phone/", query_string=WHO).text


def test_htmx_gets_the_thread_alone(client):
    answer = client.post(
        "/_sim/phone/messages", query_string=WHO, data={"text": "Hi"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("picture", "Picture"), ("sticker", "Sticker"), ("postback", "Tapped"), ("referral", "Followed")],
)
def test_the_phone_sends_other_things_too(client, kind, shown):
    client.post("/_sim/phone/messages", query_string=WHO, data={"kind": kind})
    assert shown in client.get("/_sim/phone/thread", query_string=WHO).text


def test_a_quick_reply_is_answered_with_its_payload(client, meta, connected, receiver, eventually):
    meta.say("Hello")
    meta.send(
        connected, text="Which?", quick_replies=[{"content_type": "text", "title": "Cake", "payload": "CAKE"}]
    )
    client.post("/_sim/phone/messages", query_string=WHO, data={"offer": "0"})
    eventually(lambda: any("quick_reply" in item.get("message", {}) for item in receiver.items()))
    assert client.post("/_sim/phone/messages", query_string=WHO, data={"offer": "0"}).status_code == 404


def test_pages_are_searched_and_connected_ones_come_first(client, connected):
    text = client.get("/_sim/phone/pages", query_string=WHO).text
    assert text.index("Acme Bakery") < text.index("Blue Door Books")
    assert "Blue Door" not in client.get("/_sim/phone/pages", query_string=WHO | {"q": "acme"}).text
    assert "No page fits" in client.get("/_sim/phone/pages", query_string=WHO | {"q": "zzz"}).text


def test_ageing_a_thread_closes_its_window(client, meta, connected):
    meta.say("Hello")
    client.post("/_sim/phone/age", query_string=WHO)
    assert meta.send(connected, text="late")[1]["error"]["error_subcode"] == 2018278
    assert "24-hour window closed" in client.get("/_sim/phone/thread", query_string=WHO).text


def test_a_fault_is_switched_on_for_three_times_and_off(client, here):
    client.post("/_sim/faults/slow", data={"switch": "on", "count": "3", "argument": "2"})
    assert (here.world.faults[0].remaining, here.world.faults[0].argument) == (3, "2")
    assert "Switch off Slow" in client.get("/_sim/faults/").text
    client.post("/_sim/faults/slow", data={"switch": "off"})
    assert here.world.faults == []
    assert client.post("/_sim/faults/nonsense", data={"switch": "on"}).status_code == 404


def test_a_delivery_can_be_looked_at(client, meta, connected, here, eventually):
    meta.say("Hello")
    eventually(lambda: here.world.deliveries and here.world.deliveries[0].state == "done")
    assert "Acme Bakery" in client.get("/_sim/deliveries/").text
    text = client.get(f"/_sim/deliveries/{here.world.deliveries[0].id}").text
    assert "EVENT_RECEIVED" in text
    assert client.get("/_sim/deliveries/none").status_code == 404


def test_app_settings_are_saved(client, here):
    client.post(f"/_sim/apps/{seed.APP_ID}", data={"redirect_uris": "https://a.example/x\n", "live": "on"})
    app = here.world.apps[seed.APP_ID]
    assert (app.redirect_uris, app.mode, app.require_proof) == (["https://a.example/x"], "live", False)


def test_a_changed_password_ends_every_session_until_the_next_login(client, meta):
    token = meta.login()
    client.post(f"/_sim/pages/people/{seed.OLENA}/password")
    assert meta.get("me", token)[1]["error"]["error_subcode"] == 460
    assert meta.get("me", meta.login())[0] == 200


def test_the_app_is_removed_from_the_persons_settings(client, meta):
    token = meta.login()
    client.post(f"/_sim/pages/people/{seed.OLENA}/removal/{seed.APP_ID}")
    assert meta.get("me", token)[1]["error"]["error_subcode"] == 458


def test_a_data_deletion_request_is_posted_as_a_signed_form(client, receiver, eventually):
    client.post("/_sim/request-deletion", json={"user": seed.OLENA, "url": receiver.url})
    _, body = eventually(lambda: receiver.requests)[0]
    assert body.startswith(b"signed_request=")
