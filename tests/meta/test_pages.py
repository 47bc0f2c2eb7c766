import json
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests_mock

from webgateway.meta import pages
from webgateway.meta.errors import GraphError
from webgateway.meta.graph import Graph

URL = "https://graph.test/v26.0"
EDGE = f"{URL}/210/subscribed_apps"


def error(code: int, message: str = "x") -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def test_only_our_own_subscription_counts(meta: requests_mock.Mocker, graph: Graph) -> None:
    rows = [
        {"id": "4711", "subscribed_fields": ["feed"]},
        {"id": 1029, "subscribed_fields": ["messages", "standby"]},
    ]
    meta.get(EDGE, json={"data": rows})
    assert pages.subscribed_fields(graph, "210", "EAApage") == {"messages", "standby"}
    meta.get(EDGE, json={"data": rows[:1]})
    assert pages.subscribed_fields(graph, "210", "EAApage") == set()
    meta.get(EDGE, json={"data": []})
    assert pages.subscribed_fields(graph, "210", "EAApage") == set()


def test_a_page_is_subscribed_with_its_own_token(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(EDGE, json={"success": True})
    pages.subscribe(graph, "210", "EAApage", pages.MESSENGER_FIELDS)
    (fields,) = parse_qs(meta.request_history[-1].text)["subscribed_fields"]
    assert fields.split(",") == list(pages.MESSENGER_FIELDS)
    assert meta.request_history[-1].headers["Authorization"] == b"Bearer EAApage"


def test_a_subscription_without_the_permission_names_who_can_help(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    message = "(#200) To subscribe to the messages field, one of these permissions is needed: pages_messaging"
    meta.post(EDGE, json=error(200, message), status_code=403)
    with pytest.raises(GraphError) as caught:
        pages.subscribe(graph, "210", "EAApage", ("messages",))
    assert (caught.value.kind, caught.value.who) == ("permission", "app administrator")


def test_a_page_is_unsubscribed(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.delete(EDGE, json={"messaging_success": True})
    pages.unsubscribe(graph, "210", "EAApage")
    assert meta.call_count == 1


def test_unsubscribing_a_page_that_is_not_subscribed_succeeds(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.delete(EDGE, json=error(100, "(#100) App is not installed: 1029"), status_code=400)
    pages.unsubscribe(graph, "210", "EAApage")


def test_another_failure_to_unsubscribe_is_told(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.delete(EDGE, json=error(190), status_code=400)
    with pytest.raises(GraphError):
        pages.unsubscribe(graph, "210", "EAApage")


def test_many_subscriptions_are_read_at_once_and_one_failure_stays_alone(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    answers = [
        {"code": 200, "body": '{"data":[{"id":"1029","subscribed_fields":["messages"]}]}'},
        {"code": 400, "body": '{"error":{"code":190,"error_subcode":460,"message":"x"}}'},
        {"code": 200, "body": '{"data":[]}'},
    ]
    meta.post(f"{URL}/", json=answers)
    found = pages.subscribed_fields_many(graph, [("210", "EAAa"), ("211", "EAAb"), ("212", "EAAc")])
    assert list(found) == ["210", "211", "212"]
    assert (found["210"], found["212"]) == ({"messages"}, set())
    assert isinstance(found["211"], GraphError)
    assert meta.call_count == 1


def test_the_fields_of_both_objects_are_legal_and_each_once() -> None:
    # contract 6.6, 6.7: the names differ between the two
    assert {"message_edits", "messaging_referrals", "messaging_handovers"} < set(pages.APP_FIELDS["page"])
    assert {"message_edit", "messaging_referral", "messaging_handover"} < set(pages.APP_FIELDS["instagram"])
    for fields in pages.APP_FIELDS.values():
        assert len(set(fields)) == len(fields)


NOT_INSTALLED = {"code": 400, "body": '{"error":{"code":100,"message":"(#100) App is not installed: 1029"}}'}
DONE = {"code": 200, "body": '{"success":true}'}
UNDONE = {"code": 200, "body": '{"success":false}'}
DEAD = {"code": 400, "body": '{"error":{"code":190,"error_subcode":460,"message":"x"}}'}
FOUR = [("210", "EAAa"), ("211", "EAAb"), ("212", "EAAc"), ("213", "EAAd")]


def test_many_pages_are_subscribed_at_once_and_one_failure_stays_alone(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.post(f"{URL}/", json=[DONE, DEAD, UNDONE, None])
    found = pages.subscribe_many(graph, FOUR, ("messages", "standby"))
    assert list(found) == ["210", "211", "212", "213"]
    assert found.pop("210") is True
    assert all(isinstance(outcome, GraphError) for outcome in found.values())
    items = json.loads(parse_qs(meta.request_history[-1].text)["batch"][0])
    assert {(item["method"], item["body"]) for item in items} == {
        ("POST", "subscribed_fields=messages%2Cstandby")
    }


def test_many_pages_are_unsubscribed_at_once_and_an_unsubscribed_one_counts_as_done(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.post(f"{URL}/", json=[DONE, NOT_INSTALLED, DEAD, DONE])
    found = pages.unsubscribe_many(graph, FOUR)
    assert (found["210"], found["211"], found["213"]) == (True, True, True)
    assert isinstance(found["212"], GraphError)
    items = json.loads(parse_qs(meta.request_history[-1].text)["batch"][0])
    assert {item["method"] for item in items} == {"DELETE"}
    assert all("access_token=EAA" in item["relative_url"] for item in items)
