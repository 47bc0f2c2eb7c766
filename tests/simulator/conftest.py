"""The simulator in memory, an app that is signed in to it, and a receiver that really listens."""

import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from webgateway.simulator import seed
from webgateway.simulator.app import close, create_simulator
from webgateway.simulator.platform import Platform

BACK = "http://127.0.0.1:8000/meta/acme"
ALL = (
    "pages_show_list,pages_messaging,pages_manage_metadata,business_management,"
    "instagram_basic,instagram_manage_messages,instagram_manage_comments"
)
PAGE_FIELDS = (
    "messages,message_echoes,message_deliveries,message_reads,message_reactions,message_edits,"
    "messaging_postbacks,messaging_optins,messaging_referrals,messaging_handovers,standby,"
    "messaging_policy_enforcement,business_integrity,messaging_account_linking,messaging_feedback,feed"
)
INSTAGRAM_FIELDS = (
    "messages,message_reactions,messaging_postbacks,messaging_seen,messaging_referral,message_edit,"
    "messaging_handover,standby,comments,mentions"
)


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps every POST; answers with `statuses` in turn (then 200) and verifies like a webhook should."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.always = 200
        self.pause = 0.0
        self.verify_token = "right"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"

    def items(self) -> list[dict[str, Any]]:
        bodies = [json.loads(body) for _, body in self.requests]
        return [item for body in bodies for entry in body["entry"] for item in entry.get("messaging", [])]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_GET(self) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        right = query.get("hub.verify_token") == self.server.verify_token
        time.sleep(self.server.pause)
        self.answer(200 if right else 403, query["hub.challenge"] if right else "")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((dict(self.headers.items()), body))
        time.sleep(self.server.pause)
        self.answer(
            self.server.statuses.pop(0) if self.server.statuses else self.server.always, "EVENT_RECEIVED"
        )

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def app() -> Iterator[Flask]:
    """An hour lasts 0.36 s here."""
    settings = {
        "time_scale": 0.0001,
        "webhook_timeout": 0.5,
        "verification_timeout": 0.3,
        "hold_seconds": 0.15,
    }
    app = create_simulator(settings=settings)
    yield app
    close(app)


@pytest.fixture
def here(app: Flask) -> Platform:
    platform: Platform = app.extensions["simulator"]
    return platform


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


class Meta:
    """Short words for what a client of Meta does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.app_token = f"{seed.APP_ID}|{seed.APP_SECRET}"

    def get(self, path: str, token: str = "", **query: Any) -> tuple[int, Any]:
        answer = self.client.get(
            f"/v26.0/{path}", query_string=query | ({"access_token": token} if token else {})
        )
        return answer.status_code, json.loads(answer.data)

    def post(self, path: str, token: str = "", **form: Any) -> tuple[int, Any]:
        answer = self.client.post(f"/v26.0/{path}", data=form | ({"access_token": token} if token else {}))
        return answer.status_code, json.loads(answer.data)

    def delete(self, path: str, token: str = "", **query: Any) -> tuple[int, Any]:
        answer = self.client.delete(f"/v26.0/{path}", query_string=query | {"access_token": token})
        return answer.status_code, json.loads(answer.data)

    def dialog(self, **query: str) -> dict[str, str]:
        """What comes back to the redirect URI."""
        asked = {"client_id": seed.APP_ID, "redirect_uri": BACK, "state": "S", "scope": ALL} | query
        answer = self.client.get("/v26.0/dialog/oauth?" + urlencode(asked))
        assert answer.status_code == 302
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}

    def redeem(self, code: str, **changed: str) -> tuple[int, Any]:
        pair = {
            "client_id": seed.APP_ID,
            "client_secret": seed.APP_SECRET,
            "redirect_uri": BACK,
            "code": code,
        }
        return self.get("oauth/access_token", **(pair | changed))

    def login(self, user: str = seed.OLENA, **query: str) -> str:
        """A short-lived user token."""
        _, answer = self.redeem(self.dialog(_sim_user=user, **query)["code"])
        return str(answer["access_token"])

    def long_lived(self, short: str) -> str:
        pair = {"client_id": seed.APP_ID, "client_secret": seed.APP_SECRET}
        _, answer = self.get(
            "oauth/access_token", grant_type="fb_exchange_token", fb_exchange_token=short, **pair
        )
        return str(answer["access_token"])

    def page_token(self, page: str = seed.PAGE_ID, user: str = seed.OLENA, **query: str) -> str:
        _, answer = self.get(page, self.long_lived(self.login(user, **query)), fields="access_token")
        return str(answer["access_token"])

    def say(
        self, text: str = "Hello", page: str = seed.PAGE_ID, person: str = seed.PETER, **more: Any
    ) -> dict[str, Any]:
        asked = {"person": person, "page": page, "text": text} | more
        answer: dict[str, Any] = self.client.post("/_sim/person/send", json=asked).get_json()
        return answer

    def send(
        self, token: str, person: str = seed.PETER, page: str = seed.PAGE_ID, **message: Any
    ) -> tuple[int, Any]:
        more = message.pop("params", {})
        body = {
            "recipient": {"id": seed.psid(person, page)},
            "messaging_type": "RESPONSE",
            "message": message,
        } | more
        answer = self.client.post(f"/v26.0/me/messages?access_token={token}", json=body)
        return answer.status_code, json.loads(answer.data)

    def fault(self, name: str, **more: Any) -> None:
        self.client.post("/_sim/faults", json={"name": name} | more)


@pytest.fixture
def meta(client: FlaskClient) -> Meta:
    return Meta(client)


@pytest.fixture
def connected(meta: Meta, receiver: Receiver) -> str:
    """The first page, subscribed, its webhooks going to the receiver: its page token."""
    fields = (
        "messages,message_echoes,message_deliveries,message_reads,messaging_postbacks,messaging_referrals"
    )
    pair = {"callback_url": receiver.url, "verify_token": "right"}
    assert (
        meta.post(f"{seed.APP_ID}/subscriptions", meta.app_token, object="page", fields=fields, **pair)[0]
        == 200
    )
    token = meta.page_token()
    assert meta.post(f"{seed.PAGE_ID}/subscribed_apps", token, subscribed_fields=fields)[0] == 200
    return token


@pytest.fixture
def hearing(meta: Meta, receiver: Receiver) -> dict[str, str]:
    """Two pages, one with Instagram, subscribed to everything: page → token."""
    pair = {"callback_url": receiver.url, "verify_token": "right", "include_values": "true"}
    for name, fields in (("page", PAGE_FIELDS), ("instagram", INSTAGRAM_FIELDS)):
        answer = meta.post(f"{seed.APP_ID}/subscriptions", meta.app_token, object=name, fields=fields, **pair)
        assert answer[0] == 200
    tokens = {page: meta.page_token(page) for page in (seed.PAGE_ID, seed.PAGE_INSTAGRAM_ID)}
    for page, token in tokens.items():
        assert meta.post(f"{page}/subscribed_apps", token, subscribed_fields=PAGE_FIELDS)[0] == 200
    return tokens


@pytest.fixture
def last_entry(here: Platform) -> Callable[[], dict[str, Any]]:
    """The entry of the newest delivery."""

    def newest() -> dict[str, Any]:
        entry: dict[str, Any] = here.world.deliveries[-1].payload["entry"][0]
        return entry

    return newest


@pytest.fixture
def eventually() -> Callable[[Callable[[], Any]], Any]:
    def wait(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            time.sleep(0.01)
        raise AssertionError("it did not happen")

    return wait
