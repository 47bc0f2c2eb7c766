import json
import logging
import time
from urllib.parse import parse_qs

import pytest
import requests
import requests_mock

from webgateway.meta.errors import GraphError, Unreachable
from webgateway.meta.graph import Answer, Graph
from webgateway.meta.signature import appsecret_proof

URL = "https://graph.test/v26.0"
WRONG_PROOF = {
    "error": {
        "message": "Invalid appsecret_proof provided in the API argument",
        "type": "GraphMethodException",
        "code": 100,
    }
}


def test_the_token_travels_in_a_header_and_never_in_the_address(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.get(f"{URL}/me", json={"id": "8"})
    assert graph.get("me", "EAAolena", fields="id") == {"id": "8"}
    sent = meta.request_history[-1]
    assert sent.headers["Authorization"] == b"Bearer EAAolena"
    assert "EAAolena" not in sent.url


def test_every_call_with_a_token_carries_a_fresh_proof(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(f"{URL}/me", json={"id": "8"})
    graph.get("me", "EAAolena")
    at = int(meta.request_history[-1].qs["appsecret_time"][0])
    assert abs(time.time() - at) < 5
    assert meta.request_history[-1].qs["appsecret_proof"] == [
        appsecret_proof("EAAolena", "orchard-secret", at)
    ]


def test_neither_the_apps_own_token_nor_no_token_is_proven(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(f"{URL}/1029", json={"id": "1029"})
    graph.get("1029", graph.app_token)
    assert meta.request_history[-1].qs == {}
    graph.get("1029")
    assert meta.request_history[-1].qs == {}
    assert "Authorization" not in meta.request_history[-1].headers


def test_where_the_timed_proof_is_refused_the_untimed_one_is_sent(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.get(f"{URL}/me", [{"json": WRONG_PROOF, "status_code": 400}, {"json": {"id": "8"}}])
    assert graph.get("me", "EAAolena") == {"id": "8"}
    assert meta.request_history[-1].qs == {"appsecret_proof": [appsecret_proof("EAAolena", "orchard-secret")]}
    graph.get("me", "EAAolena")
    assert "appsecret_time" not in meta.request_history[-1].qs, "the lesson is remembered"


def test_a_proof_refused_in_both_forms_is_an_error_after_two_calls(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.get(f"{URL}/me", json=WRONG_PROOF, status_code=400)
    with pytest.raises(GraphError, match="appsecret_proof"):
        graph.get("me", "EAAolena")
    assert meta.call_count == 2


def test_the_untimed_proof_can_be_chosen_from_the_start(meta: requests_mock.Mocker) -> None:
    meta.get(f"{URL}/me", json=WRONG_PROOF, status_code=400)
    graph = Graph("https://graph.test/", "v26.0", "1029", "orchard-secret", timed_proof=False)
    with pytest.raises(GraphError):
        graph.get("me", "EAAolena")
    assert meta.call_count == 1
    assert "appsecret_time" not in meta.request_history[-1].qs


def test_lists_objects_and_nothing_are_written_as_meta_reads_them(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.post(f"{URL}/210/x", json={"success": True})
    graph.post(
        "/210/x", data={"fields": ["a", "b"], "on": True, "what": {"k": 1}, "none": None}, n=None, ok=False
    )
    assert parse_qs(meta.request_history[-1].text) == {
        "fields": ["a,b"],
        "on": ["true"],
        "what": ['{"k": 1}'],
    }
    assert meta.request_history[-1].qs == {"ok": ["false"]}


def test_an_id_cannot_reach_into_the_query(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(requests_mock.ANY, json={})
    graph.get("555?fields=secret#x")
    assert meta.request_history[-1].path == "/v26.0/555%3ffields%3dsecret%23x"
    assert meta.request_history[-1].qs == {}


def test_a_refusal_is_read_from_the_content_whatever_the_status_and_type(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    body = (
        '{"error":{"message":"Session has expired","code":190,"error_subcode":463,"type":"OAuthException"}}'
    )
    for status, kind in (
        (200, "text/javascript; charset=UTF-8"),
        (400, "text/html"),
        (500, "application/json"),
    ):
        meta.get(f"{URL}/me", text=body, status_code=status, headers={"content-type": kind})
        with pytest.raises(GraphError) as caught:
            graph.get("me", "EAAolena")
        assert (caught.value.code, caught.value.subcode, caught.value.http_status) == (190, 463, status)


def test_a_good_answer_may_call_itself_javascript(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(f"{URL}/me", text='{"id":"8"}', headers={"content-type": "text/javascript; charset=UTF-8"})
    assert graph.get("me") == {"id": "8"}


def test_a_bare_true_is_success(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.delete(f"{URL}/me/permissions", text="true")
    assert graph.delete("me/permissions") == {"success": True}


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (502, "<html>Bad Gateway</html>"),
        (200, '{"recipient_id":"555","mess'),
        (200, ""),
        (200, '"words"'),
        (200, "[]"),
    ],
)
def test_an_unreadable_answer_leaves_open_whether_it_was_sent(
    status: int, text: str, meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.post(f"{URL}/210/messages", text=text, status_code=status)
    with pytest.raises(Unreachable) as caught:
        graph.post("210/messages", "EAApage", json={})
    assert caught.value.sent_unclear


def test_a_redirect_is_not_followed(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(f"{URL}/me", status_code=302, headers={"location": "https://elsewhere.test/"}, text="{}")
    with pytest.raises(Unreachable):
        graph.get("me", "EAAolena")
    assert meta.call_count == 1


@pytest.mark.parametrize(
    ("problem", "unclear"),
    [
        (requests.exceptions.ConnectTimeout("slow"), False),
        (requests.exceptions.ProxyError("no proxy"), False),
        (requests.exceptions.InvalidURL("no host"), False),
        (requests.exceptions.ReadTimeout("slow"), True),
        (requests.exceptions.ConnectionError("reset by peer"), True),
        (requests.exceptions.ChunkedEncodingError("half"), True),
    ],
)
def test_only_a_request_that_left_may_have_been_received(
    problem: Exception, unclear: bool, meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.post(f"{URL}/210/messages", exc=problem)
    with pytest.raises(Unreachable) as caught:
        graph.post("210/messages", "EAApage", json={})
    assert caught.value.sent_unclear is unclear
    assert caught.value.retry


def test_a_house_before_meta_that_asks_for_a_pause_in_html_is_understood(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.post(f"{URL}/210/messages", status_code=429, text="<html>Too Many Requests</html>")
    with pytest.raises(GraphError) as caught:
        graph.post("210/messages", "EAApage", json={})
    assert (caught.value.kind, caught.value.bucket, caught.value.sent_unclear) == ("throttled", "page", False)


def test_a_port_nobody_listens_on_received_nothing() -> None:
    with pytest.raises(Unreachable) as caught:
        Graph("http://127.0.0.1:1", "v26.0", "1029", "s").post("210/messages", "EAApage", json={})
    assert not caught.value.sent_unclear
    assert caught.value.__context__ is None, "the first error quotes the whole address"


def test_a_failure_is_logged_without_its_query_or_token(
    meta: requests_mock.Mocker, graph: Graph, caplog: pytest.LogCaptureFixture
) -> None:
    body = {
        "error": {
            "message": "x",
            "code": 190,
            "error_subcode": 463,
            "type": "OAuthException",
            "fbtrace_id": "AbC",
        }
    }
    meta.get(f"{URL}/debug_token", json=body, status_code=400, headers={"facebook-api-version": "v26.0"})
    caplog.set_level(logging.WARNING, "requests_mock")
    with caplog.at_level(logging.DEBUG), pytest.raises(GraphError):
        graph.get("debug_token", "EAAolena", input_token="EAAsecret")
    assert "GET /debug_token" in caplog.text
    for fact in ("190", "463", "OAuthException", "AbC", "v26.0"):
        assert fact in caplog.text
    for secret in ("EAAolena", "EAAsecret", "appsecret_proof"):
        assert secret not in caplog.text


def test_the_served_version_and_the_usage_of_the_last_answer_are_kept(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    usage = {"call_count": 28, "total_time": 25, "total_cputime": 25}
    business = {"210": [{"type": "messenger", "call_count": 5}]}
    headers = {
        "facebook-api-version": "v21.0",
        "x-app-usage": json.dumps(usage),
        "x-business-use-case-usage": json.dumps(business),
    }
    meta.get(f"{URL}/me", [{"json": {}, "headers": headers}, {"json": {}, "headers": {"x-app-usage": "?"}}])
    graph.get("me")
    assert graph.served_version == "v21.0"
    assert graph.usage == {"app": usage, "business": business}
    graph.get("me")
    assert graph.served_version is None
    assert graph.usage == {"app": {}, "business": {}}


def test_every_answer_is_told_to_the_listener_without_ids(meta: requests_mock.Mocker) -> None:
    told: list[Answer] = []
    graph = Graph("https://graph.test", "v26.0", "1029", "s", on_answer=told.append)
    meta.get(f"{URL}/210000000000001/subscribed_apps", json={"data": []})
    meta.get(f"{URL}/me", exc=requests.exceptions.ReadTimeout)
    graph.get("210000000000001/subscribed_apps")
    with pytest.raises(Unreachable):
        graph.get("me")
    assert [(each.method, each.path, each.status) for each in told] == [
        ("GET", "/{id}/subscribed_apps", 200),
        ("GET", "/me", None),
    ]
    assert told[0].error is None
    assert isinstance(told[1].error, Unreachable)
    assert told[0].seconds >= 0


def test_a_secret_with_letters_no_header_knows_is_sent_all_the_same(meta: requests_mock.Mocker) -> None:
    meta.get(f"{URL}/1029", json={"error": {"code": 190, "message": "x"}}, status_code=400)
    graph = Graph("https://graph.test", "v26.0", "1029", "пароль")
    with pytest.raises(GraphError):
        graph.get("1029", graph.app_token)
