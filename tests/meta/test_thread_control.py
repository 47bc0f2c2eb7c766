"""Taking a thread, passing it on, and asking who has it: contract 7.3."""

from typing import Any

import pytest
import requests_mock

from webgateway.meta import thread_control
from webgateway.meta.errors import GraphError
from webgateway.meta.graph import Graph

URL = "https://graph.test/v26.0/210"


def test_taking_names_the_customer(graph: Graph, meta: requests_mock.Mocker) -> None:
    meta.post(f"{URL}/take_thread_control", json={"success": True})
    thread_control.take(graph, "210", "EAApage", "555")
    assert meta.last_request.json() == {"recipient": {"id": "555"}}


def test_passing_names_the_customer_and_the_app(graph: Graph, meta: requests_mock.Mocker) -> None:
    meta.post(f"{URL}/pass_thread_control", json={"success": True})
    thread_control.pass_on(graph, "210", "EAApage", "555", "263902037430900")
    assert meta.last_request.json() == {"recipient": {"id": "555"}, "target_app_id": "263902037430900"}


def test_what_is_not_confirmed_did_not_happen(graph: Graph, meta: requests_mock.Mocker) -> None:
    meta.post(f"{URL}/take_thread_control", json={"success": False})
    with pytest.raises(GraphError):
        thread_control.take(graph, "210", "EAApage", "555")


@pytest.mark.parametrize(
    ("answer", "owner"),
    [
        ({"data": [{"thread_owner": {"app_id": "263902037430900"}}]}, "263902037430900"),
        ({"data": [{"thread_owner": {"app_id": 77, "expiration": 1785312004}}]}, "77"),
        ({"data": [{"thread_owner": {}}]}, None),
        ({"data": []}, None),
        ({"data": [5]}, None),
        ({}, None),
    ],
)
def test_the_owner_is_an_app_or_nobody(
    graph: Graph, meta: requests_mock.Mocker, answer: dict[str, Any], owner: str | None
) -> None:
    meta.get(f"{URL}/thread_owner", json=answer)
    assert thread_control.owner(graph, "210", "EAApage", "555") == owner
    assert meta.last_request.qs["recipient"] == ["555"]
