"""People and pages that leave, and people who want their data deleted (contract 9)."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator

import pytest

from webgateway.simulator import seed


class Deleter(http.server.ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), DeleterHandler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/deletion"


class DeleterHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"url": "http://127.0.0.1/d/AB12", "confirmation_code": "AB12"}).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def deleter() -> Iterator[Deleter]:
    server = Deleter()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def told(meta, receiver):
    """The app wants to hear of people who leave."""
    meta.post(seed.APP_ID, meta.app_token, deauth_callback_url=receiver.url)
    return receiver


def payload(body: bytes) -> dict:
    signature, _, encoded = body.decode().removeprefix("signed_request=").partition(".")
    right = hmac.new(seed.APP_SECRET.encode(), encoded.encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64encode(right).decode().rstrip("=") == signature
    return json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))


@pytest.mark.parametrize("how", ["in the settings", "through the API"])
def test_a_person_removes_the_app(meta, client, told, eventually, how):
    token = meta.login()
    if how == "through the API":
        assert meta.delete("me/permissions", token) == (200, {"success": True})
    else:
        client.post("/_sim/remove-app", json={"user": seed.OLENA})
    form = payload(eventually(lambda: told.requests)[0][1])
    assert (form["user_id"], form["algorithm"]) == (seed.OLENA_ID, "HMAC-SHA256")
    assert "profile_id" not in form
    assert meta.get("me", token)[1]["error"]["error_subcode"] == 458


@pytest.mark.parametrize("how", ["in its settings", "on the panel", "through the API"])
def test_a_page_removes_the_app(meta, client, connected, told, here, eventually, how):
    if how == "through the API":
        meta.delete(f"{seed.PAGE_ID}/subscribed_apps", connected)
    elif how == "on the panel":
        client.post(f"/_sim/pages/{seed.PAGE_ID}/removal/{seed.APP_ID}")
    else:
        client.post("/_sim/page-remove-app", json={"page": seed.PAGE_ID})
    form = payload(eventually(lambda: told.requests)[0][1])
    assert (form["profile_id"], form["user_id"]) == (seed.PAGE_ID, "")
    assert not here.world.page_subscriptions
    assert meta.get(seed.PAGE_ID, connected)[0] == 200


def test_an_app_that_is_not_on_the_page_cannot_be_removed(client):
    assert client.post("/_sim/page-remove-app", json={"page": seed.PAGE_ID}).status_code == 404


def test_a_form_that_fails_is_not_posted_again(meta, client, told, eventually):
    told.always = 500
    meta.login()
    client.post("/_sim/remove-app", json={"user": seed.OLENA})
    form = eventually(lambda: [one for one in client.get("/_sim/forms.json").get_json() if one["status"]])[0]
    assert (form["kind"], form["user"], form["status"], form["state"]) == (
        "deauthorize",
        seed.OLENA,
        500,
        "dropped",
    )


def test_a_deletion_shows_its_code_and_where_to_look(meta, client, deleter, eventually):
    client.post("/_sim/app", json={"deletion_url": deleter.url})
    client.post("/_sim/request-deletion", json={"user": seed.OLENA})
    form = eventually(lambda: [one for one in client.get("/_sim/forms.json").get_json() if one["status"]])[0]
    assert (form["kind"], form["confirmation_code"]) == ("data deletion", "AB12")
    assert form["url"] == "http://127.0.0.1/d/AB12"
    text = client.get("/_sim/pages/").text
    assert "code AB12" in text
    assert 'href="http://127.0.0.1/d/AB12"' in text


def test_a_deletion_is_asked_for_on_the_panel(client, deleter, eventually):
    assert "delete the data" not in client.get("/_sim/pages/").text
    assert client.post(f"/_sim/pages/people/{seed.OLENA}/deletion/{seed.APP_ID}").status_code == 404
    client.post("/_sim/app", json={"deletion_url": deleter.url})
    client.post(f"/_sim/pages/people/{seed.OLENA}/deletion/{seed.APP_ID}")
    eventually(lambda: client.get("/_sim/forms.json").get_json()[0]["confirmation_code"])


def test_without_an_address_nothing_can_be_asked(client):
    assert client.post("/_sim/request-deletion", json={"user": seed.OLENA}).status_code == 400


def test_the_addresses_are_set_in_the_apps_settings(client, here):
    asked = {
        "deauth_callback_url": "https://a.example/x",
        "deletion_url": "https://a.example/x/data-deletion",
    }
    client.post(f"/_sim/apps/{seed.APP_ID}", data=asked)
    app = here.world.apps[seed.APP_ID]
    assert (app.settings["deauth_callback_url"], app.deletion_url) == tuple(asked.values())
    client.post(f"/_sim/apps/{seed.APP_ID}", data={})
    assert (app.settings, app.deletion_url) == ({}, "")


def test_a_skewed_clock_shows_in_forms_and_in_the_date(meta, client, told, here, eventually):
    meta.fault("clock_skew", argument="7200")
    meta.login()
    client.post("/_sim/remove-app", json={"user": seed.OLENA})
    form = payload(eventually(lambda: told.requests)[0][1])
    assert form["issued_at"] - here.clock.now() > 7000
    answer = client.get("/v26.0/me")
    assert answer.date.timestamp() - here.clock.now() > 7000
