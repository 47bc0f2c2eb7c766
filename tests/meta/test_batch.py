import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests_mock

from webgateway.meta.errors import GraphError, Unreachable
from webgateway.meta.graph import BatchItem, Graph
from webgateway.meta.signature import appsecret_proof

URL = "https://graph.test/v26.0/"


def row(body: Any, code: int = 200) -> dict[str, Any]:
    return {"code": code, "body": json.dumps(body)}


def rows_of(request: Any) -> list[dict[str, Any]]:
    return list(json.loads(parse_qs(request.text)["batch"][0]))


def echo(request: Any, context: Any) -> list[dict[str, Any]]:
    return [row({"id": urlsplit(item["relative_url"]).path}) for item in rows_of(request)]


def test_the_answers_come_in_the_order_of_the_items(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(URL, json=[row({"id": "1"}), row({"id": "2"})])
    assert graph.batch([BatchItem("1"), BatchItem("2")]) == [{"id": "1"}, {"id": "2"}]


def test_nothing_is_asked_for_nothing(meta: requests_mock.Mocker, graph: Graph) -> None:
    assert graph.batch([]) == []
    assert meta.call_count == 0


def test_no_request_holds_more_than_fifty_items(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(URL, json=echo)
    answers = graph.batch([BatchItem(str(number)) for number in range(120)])
    assert answers == [{"id": str(number)} for number in range(120)]
    assert [len(rows_of(request)) for request in meta.request_history] == [50, 50, 20]


def test_each_item_carries_its_own_token_and_proof(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(URL, json=echo)
    graph.batch([BatchItem("210", "EAApage", {"fields": "id,name"}), BatchItem("me")])
    first, second = rows_of(meta.request_history[-1])
    query = {name: values[0] for name, values in parse_qs(urlsplit(first["relative_url"]).query).items()}
    at = int(query.pop("appsecret_time"))
    proof = appsecret_proof("EAApage", "orchard-secret", at)
    assert query == {"fields": "id,name", "access_token": "EAApage", "appsecret_proof": proof}
    assert second == {"method": "GET", "relative_url": "me"}


def test_the_apps_token_answers_for_the_whole(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(URL, json=echo)
    graph.batch([BatchItem("210")])
    form = parse_qs(meta.request_history[-1].text)
    assert form["access_token"] == ["1029|orchard-secret"]
    assert form["include_headers"] == ["false"]


def test_a_post_carries_its_body_as_a_form(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(URL, json=echo)
    graph.batch([BatchItem("210/subscribed_apps", method="POST", body={"subscribed_fields": ["a", "b"]})])
    (item,) = rows_of(meta.request_history[-1])
    assert (item["method"], item["body"]) == ("POST", "subscribed_fields=a%2Cb")


def test_one_bad_item_does_not_harm_the_others(meta: requests_mock.Mocker, graph: Graph) -> None:
    expired = {"error": {"message": "Session has expired", "code": 190, "error_subcode": 463}}
    answers = [
        row({"id": "1"}),
        row(expired, 400),
        None,
        row(expired),
        {"code": 200, "body": "<html>"},
        row(True),
    ]
    meta.post(URL, json=answers)
    good, dead, missing, hidden, unreadable, done = graph.batch([BatchItem(str(n), "EAAp") for n in range(6)])
    assert good == {"id": "1"}
    assert isinstance(dead, GraphError)
    assert dead.subcode == 463
    assert isinstance(missing, Unreachable)
    assert isinstance(hidden, GraphError)
    assert hidden.kind == "reauth"
    assert isinstance(unreadable, Unreachable)
    assert done == {"success": True}


def test_items_meta_does_not_answer_are_unreachable(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(URL, json=[row({"id": "1"})])
    first, second = graph.batch([BatchItem("1"), BatchItem("2")])
    assert first == {"id": "1"}
    assert isinstance(second, Unreachable)


def test_items_whose_timed_proof_is_refused_are_asked_again(meta: requests_mock.Mocker, graph: Graph) -> None:
    refused = row(
        {"error": {"message": "Invalid appsecret_proof provided in the API argument", "code": 100}}, 400
    )
    meta.post(URL, [{"json": [row({"id": "1"}), refused]}, {"json": [row({"id": "2"})]}])
    assert graph.batch([BatchItem("1", "EAAa"), BatchItem("2", "EAAb")]) == [{"id": "1"}, {"id": "2"}]
    (again,) = rows_of(meta.request_history[-1])
    assert appsecret_proof("EAAb", "orchard-secret") in again["relative_url"]
    assert "appsecret_time" not in again["relative_url"]


def test_a_refused_batch_is_one_error(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(URL, json={"error": {"message": "Error validating application.", "code": 190}}, status_code=400)
    with pytest.raises(GraphError):
        graph.batch([BatchItem("1")])


def test_what_was_done_before_a_later_failure_is_not_forgotten(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    done = [row({"success": True})] * 50
    meta.post(URL, [{"json": done}, {"text": "<html>", "status_code": 502}, {"json": done}])
    answers = graph.batch([BatchItem(str(number)) for number in range(150)])
    assert answers[:50] + answers[100:] == [{"success": True}] * 100
    assert all(isinstance(answer, Unreachable) for answer in answers[50:100])
