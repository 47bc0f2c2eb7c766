from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
import requests_mock

from webgateway.meta import app
from webgateway.meta.app import AppSubscription, Served, UnknownVersion
from webgateway.meta.errors import GraphError, Unreachable
from webgateway.meta.graph import Graph

URL = "https://graph.test/v26.0"
GRANTED = {"access_token": "1029|opaque", "token_type": "bearer"}


def error(code: int, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "type": "OAuthException"}}


def test_good_credentials_give_the_name_of_the_app(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(f"{URL}/oauth/access_token", json=GRANTED)
    meta.get(f"{URL}/1029", json={"id": "1029", "name": "Orchard Support"})
    assert app.check_credentials(graph) == app.AppIdentity("1029", "Orchard Support")
    first, second = meta.request_history
    assert parse_qs(first.text) == {
        "client_id": ["1029"],
        "client_secret": ["orchard-secret"],
        "grant_type": ["client_credentials"],
    }
    assert "orchard-secret" not in first.url + second.url


def test_good_credentials_are_good_without_a_name(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(f"{URL}/oauth/access_token", json=GRANTED)
    meta.get(f"{URL}/1029", json=error(190, "Invalid OAuth access token signature."), status_code=400)
    assert app.check_credentials(graph).name is None
    meta.get(f"{URL}/1029", exc=requests.exceptions.ReadTimeout)
    assert app.check_credentials(graph).name is None


@pytest.mark.parametrize(
    ("code", "message", "field"),
    [
        (1, "Error validating client secret.", "app_secret"),
        (101, "Error validating application. Cannot get application info due to a system error.", "app_id"),
    ],
)
def test_wrong_credentials_say_which_of_the_two_is_wrong(
    code: int, message: str, field: str, meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.post(f"{URL}/oauth/access_token", json=error(code, message), status_code=400)
    with pytest.raises(GraphError) as caught:
        app.check_credentials(graph)
    assert (caught.value.kind, caught.value.field, caught.value.who) == ("bad_credentials", field, "you")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (error(1, "An unknown error occurred"), 500),
        (error(2, "An unexpected error has occurred."), 500),
        (error(4, "(#4) Application request limit reached"), 403),
        (error(190, "Error validating application."), 400),
    ],
)
def test_any_other_failure_is_no_verdict_on_the_credentials(
    body: Any, status: int, meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.post(f"{URL}/oauth/access_token", json=body, status_code=status)
    with pytest.raises(GraphError) as caught:
        app.check_credentials(graph)
    assert caught.value.kind != "bad_credentials"
    assert caught.value.field is None


def test_no_connection_is_no_verdict_on_the_credentials(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(f"{URL}/oauth/access_token", exc=requests.exceptions.ConnectTimeout)
    with pytest.raises(Unreachable):
        app.check_credentials(graph)


def probed(
    meta: requests_mock.Mocker, name: str, message: str, served: str, code: int = 2500
) -> Served | UnknownVersion:
    headers = {"facebook-api-version": served}
    meta.get(f"https://graph.test/{name}/me", json=error(code, message), status_code=400, headers=headers)
    return app.probe_version("https://graph.test", name)


NO_TOKEN = "An active access token must be used to query information about the current user."


def test_a_version_meta_serves_is_recognised_without_a_token(meta: requests_mock.Mocker) -> None:
    assert probed(meta, "v26.0", NO_TOKEN, "v26.0") == Served("v26.0", None)
    assert "Authorization" not in meta.request_history[-1].headers
    assert meta.request_history[-1].qs == {}


def test_an_expired_version_tells_what_is_served_in_its_place(meta: requests_mock.Mocker) -> None:
    assert probed(meta, "v18.0", NO_TOKEN, "v21.0") == Served("v18.0", "v21.0")


def test_a_version_meta_does_not_know_is_unknown(meta: requests_mock.Mocker) -> None:
    assert probed(meta, "v99.0", "Unknown path components: /me", "v21.0") == UnknownVersion("v99.0")


def test_what_is_no_version_is_not_asked_about(meta: requests_mock.Mocker) -> None:
    assert app.probe_version("https://graph.test", "latest") == UnknownVersion("latest")
    assert meta.call_count == 0


def test_another_answer_does_not_tell_whether_a_version_is_served(meta: requests_mock.Mocker) -> None:
    with pytest.raises(Unreachable):
        probed(meta, "v26.0", "An unknown error occurred", "v26.0", code=1)
    with pytest.raises(Unreachable):
        probed(meta, "v26.0", "something else", "v26.0")
    meta.get("https://graph.test/v26.0/me", json={"id": "8"})
    with pytest.raises(Unreachable):
        app.probe_version("https://graph.test", "v26.0")
    meta.get("https://graph.test/v26.0/me", exc=requests.exceptions.ConnectTimeout)
    with pytest.raises(Unreachable):
        app.probe_version("https://graph.test", "v26.0")


def test_the_webhook_is_registered_with_values_included(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(f"{URL}/1029/subscriptions", json={"success": True})
    app.subscribe(graph, "page", "https://gateway.example/meta/x", "verify-me", ("messages", "standby"))
    assert parse_qs(meta.request_history[-1].text) == {
        "object": ["page"],
        "callback_url": ["https://gateway.example/meta/x"],
        "verify_token": ["verify-me"],
        "fields": ["messages,standby"],
        "include_values": ["true"],
    }
    assert meta.request_history[-1].headers["Authorization"] == b"Bearer 1029|orchard-secret"


def test_a_webhook_meta_cannot_verify_tells_you_to_look_at_the_address(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    message = "(#2200) Callback verification failed with the following errors: HTTP Status Code = 404"
    meta.post(f"{URL}/1029/subscriptions", json=error(2200, message), status_code=400)
    with pytest.raises(GraphError) as caught:
        app.subscribe(graph, "page", "https://gateway.example/meta/x", "v", ("messages",))
    assert caught.value.who == "you"
    assert "webhook address" in caught.value.meaning


@pytest.mark.parametrize("answer", [{"success": False}, {"success": "false"}])
def test_an_answer_without_success_is_a_failure(
    answer: dict[str, Any], meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.post(f"{URL}/1029/subscriptions", json=answer)
    with pytest.raises(GraphError, match="without success"):
        app.subscribe(graph, "page", "https://gateway.example/meta/x", "v", ("messages",))


@pytest.mark.parametrize("answer", [{"success": True}, {"success": "true"}, {}])
def test_success_is_understood_in_each_of_metas_spellings(
    answer: dict[str, Any], meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.delete(f"{URL}/1029/subscriptions", json=answer)
    app.unsubscribe(graph, "page")
    assert meta.request_history[-1].qs["object"] == ["page"]


def test_what_the_app_is_subscribed_to_is_read_back(meta: requests_mock.Mocker, graph: Graph) -> None:
    rows = [
        {
            "object": "page",
            "callback_url": "https://gateway.example/meta/x",
            "active": True,
            "fields": [{"name": "messages", "version": "v25.0"}, "standby"],
        },
        {"object": "user"},
    ]
    meta.get(f"{URL}/1029/subscriptions", json={"data": rows})
    assert app.subscriptions(graph) == [
        AppSubscription("page", "https://gateway.example/meta/x", True, ["messages", "standby"]),
        AppSubscription("user", "", False, []),
    ]
    meta.get(f"{URL}/1029/subscriptions", json={"data": []})
    assert app.subscriptions(graph) == []


def test_the_deauthorize_address_is_set_on_the_app(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(f"{URL}/1029", json={"success": True})
    app.set_deauthorize_url(graph, "https://gateway.example/meta/x")
    assert parse_qs(meta.request_history[-1].text) == {
        "deauth_callback_url": ["https://gateway.example/meta/x"]
    }
