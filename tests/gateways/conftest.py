"""Meta as far as a gateway asks it, at the HTTP border."""

from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest
import requests
import requests_mock

from tests import cast
from webgateway.db import db
from webgateway.gateways import meta_tab, registry, saving
from webgateway.gateways.models import Gateway


class Meta:
    """Knows one app. Asks the callback, as Meta does, before it keeps a subscription."""

    def __init__(self, mock, app):
        self.mock, self.app = mock, app
        self.secret, self.webhooks, self.settings = cast.APP_SECRET, {}, {}
        self.refuses, self.reachable, self.readable = {}, True, True
        self.versions = {"v27.0": "v27.0", "v28.0": "v21.0"}
        mock.register_uri("GET", requests_mock.ANY, json=self.answer)
        mock.register_uri("POST", requests_mock.ANY, json=self.answer)
        mock.register_uri("DELETE", requests_mock.ANY, json=self.answer)

    @property
    def asked(self):
        return [f"{call.method} {call.path.split('/', 2)[2]}" for call in self.mock.request_history]

    def answer(self, request, context):
        if not self.reachable:
            raise requests.ConnectionError("no route")
        _, version, path = request.path.split("/", 2)
        form = {name: values[0] for name, values in parse_qs(request.text or "").items()}
        context.status_code = 400
        if path == "me":
            return self.probe(version, context)
        if path == "oauth/access_token":
            answer = self.credentials(form)
        elif request.headers.get("Authorization", b"") != f"Bearer {cast.APP_ID}|{self.secret}".encode():
            answer = error(190, "Invalid OAuth access token signature.")
        elif path.endswith("/subscriptions"):
            answer = self.subscriptions(request, form)
        elif request.method == "POST":
            self.settings |= form
            answer = {"success": True}
        else:
            answer = {"id": cast.APP_ID, "name": "Acme support"}
        context.status_code = 400 if "error" in answer else 200
        return answer

    def probe(self, version, context):
        context.headers["facebook-api-version"] = self.versions.get(version, "v21.0")
        if version in self.versions:
            return error(
                2500, "An active access token must be used to query information about the current user."
            )
        return error(2500, "Unknown path components: /me")

    def credentials(self, form):
        if form["client_id"] != cast.APP_ID:
            return error(
                101, "Error validating application. Cannot get application info due to a system error."
            )
        if form["client_secret"] != self.secret:
            return error(1, "Error validating client secret.")
        return {"access_token": f"{cast.APP_ID}|opaque", "token_type": "bearer"}

    def subscriptions(self, request, form):
        if request.method == "GET":
            rows = [{"object": name, **row} for name, row in self.webhooks.items()]
            return {"data": rows} if self.readable else error(200, "(#200) Not allowed")
        if request.method == "DELETE":
            self.webhooks.pop(request.qs["object"][0])
            return {"success": True}
        if form["object"] in self.refuses:
            return error(*self.refuses[form["object"]])
        query = {
            "hub.mode": "subscribe",
            "hub.verify_token": form["verify_token"],
            "hub.challenge": "1158201444",
        }
        # as from another process: with a database session of its own
        with self.app.app_context():
            path = form["callback_url"].removeprefix("http://localhost")
            answer = self.app.test_client().get(path, query_string=query)
        if answer.text != query["hub.challenge"]:
            return error(2200, "(#2200) Callback verification failed")
        fields = [{"name": name, "version": "v26.0"} for name in form["fields"].split(",")]
        self.webhooks[form["object"]] = {
            "callback_url": form["callback_url"],
            "active": True,
            "fields": fields,
        }
        return {"success": True}


def question(verify_token):
    """What Meta asks a webhook before it trusts it."""
    return {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": "1158201444"}


def error(code, message):
    return {"error": {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A0b1"}}


@pytest.fixture
def meta(app):
    with requests_mock.Mocker() as mock:
        yield Meta(mock, app)


@pytest.fixture
def gateway(app):
    """Acme's, verified, registered and on."""
    return cast.gateway("Support", app_name="Acme support")


@pytest.fixture
def typed():
    """What a person types for a new gateway."""
    return {"name": "Support", "flow_id": "", "app_id": cast.APP_ID, "app_secret": cast.APP_SECRET,
            "api_version": "", "config_id": ""}  # fmt: skip


@pytest.fixture
def only_gateway(app):
    """The one gateway there is, as the database has it; None when there is none."""
    return lambda: db.session.scalars(db.select(Gateway)).one_or_none()


@pytest.fixture
def on_21_november_2026(monkeypatch):
    """v21.0 has two months to live, v20.0 has ended."""
    for module in (meta_tab, registry, saving):
        monkeypatch.setattr(module, "utcnow", lambda: datetime(2026, 11, 21, tzinfo=UTC))
