from typing import Any

import requests_mock

from webgateway.meta.graph import Graph

URL = "https://graph.test/v26.0/me/accounts"


def page(*ids: str, after: str | None = None, **paging: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"data": [{"id": each} for each in ids], "paging": paging}
    if after:
        found["paging"] = {
            "cursors": {"before": "x", "after": after},
            "next": f"https://elsewhere.test/v1.0/8/accounts?access_token=EAAx&limit=100&after={after}",
        }
    return {"json": found}


def ids(graph: Graph) -> list[str]:
    return [item["id"] for item in graph.pages_of("me/accounts", "EAAolena", fields="id")]


def test_every_page_of_results_is_read_a_hundred_at_a_time(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(URL, [page("1", "2", after="A"), page("3", after="B"), page("4")])
    assert ids(graph) == ["1", "2", "3", "4"]
    queries = [request.qs for request in meta.request_history]
    assert [query.get("after") for query in queries] == [None, ["a"], ["b"]]
    assert all(query["limit"] == ["100"] and query["fields"] == ["id"] for query in queries)


def test_the_address_meta_gives_for_more_is_never_called(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(URL, [page("1", after="A"), page("2")])
    ids(graph)
    assert {request.hostname for request in meta.request_history} == {"graph.test"}
    assert not any("EAAx" in request.url for request in meta.request_history)


def test_the_cursor_may_stand_only_in_the_address(meta: requests_mock.Mocker, graph: Graph) -> None:
    only_next = page("1", next="https://graph.test/v26.0/8/accounts?access_token=x&after=C%3D")
    meta.get(URL, [only_next, page("2")])
    assert ids(graph) == ["1", "2"]
    assert meta.request_history[-1].qs["after"] == ["c="]


def test_a_cursor_without_a_next_page_ends_the_list(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(URL, [page("1", cursors={"after": "A"})])
    assert ids(graph) == ["1"]


def test_an_empty_page_in_the_middle_is_passed_over(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(URL, [page("1", after="A"), page(after="B"), page("2")])
    assert ids(graph) == ["1", "2"]


def test_a_cursor_that_comes_again_ends_the_list(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(URL, [page("1", after="A"), page("2", after="A"), page("never")])
    assert ids(graph) == ["1", "2"]


def test_endless_pages_end(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.get(URL, [page("1", after=f"A{number}") for number in range(300)])
    assert len(ids(graph)) == 200


def test_a_thousand_pages_are_no_more_than_ten_calls(meta: requests_mock.Mocker, graph: Graph) -> None:
    hundreds = [[str(number) for number in range(start, start + 100)] for start in range(0, 1000, 100)]
    meta.get(URL, [page(*hundred, after=hundred[0]) for hundred in hundreds[:9]] + [page(*hundreds[9])])
    assert ids(graph) == [str(number) for number in range(1000)]
    assert meta.call_count == 10


def test_a_list_without_data_is_empty(meta: requests_mock.Mocker, graph: Graph) -> None:
    for answer in ({}, {"data": None}, {"data": 5}, {"data": [None, 5]}):
        meta.get(URL, json=answer)
        assert ids(graph) == []
