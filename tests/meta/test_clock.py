"""A clock of ours that is wrong: proofs are made by Meta's time, and the log says so."""

import logging
import time
from email.utils import formatdate

import pytest
import requests_mock

from webgateway.meta import graph as graph_module
from webgateway.meta.clock import Clock
from webgateway.meta.graph import Graph
from webgateway.meta.signature import appsecret_proof

ME = "https://graph.test/v26.0/me"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process heard before does not count here, nor afterwards."""
    monkeypatch.setattr(graph_module, "clock", Clock())


def ask(meta: requests_mock.Mocker, graph: Graph, ahead: float) -> None:
    date = formatdate(time.time() + ahead, usegmt=True)
    meta.get(ME, json={"id": "8"}, headers={"Date": date})
    graph.get("me", "EAAolena")


def proven_at(meta: requests_mock.Mocker) -> int:
    return int(meta.request_history[-1].qs["appsecret_time"][0])


@pytest.mark.parametrize("ahead", [600, -600])
def test_once_meta_told_its_time_proofs_are_made_by_it(
    meta: requests_mock.Mocker, graph: Graph, ahead: float
) -> None:
    ask(meta, graph, ahead)
    ask(meta, graph, ahead)
    assert proven_at(meta) == pytest.approx(time.time() + ahead, abs=5)
    proof = appsecret_proof("EAAolena", "orchard-secret", proven_at(meta))
    assert meta.request_history[-1].qs["appsecret_proof"] == [proof]


def test_a_clock_that_was_set_right_is_believed_again(meta: requests_mock.Mocker, graph: Graph) -> None:
    for ahead in (600, 0, 0):
        ask(meta, graph, ahead)
    assert proven_at(meta) == pytest.approx(time.time(), abs=5)


def test_a_few_seconds_are_the_way_of_the_answer(
    meta: requests_mock.Mocker, graph: Graph, caplog: pytest.LogCaptureFixture
) -> None:
    ask(meta, graph, 30)
    ask(meta, graph, 30)
    assert proven_at(meta) == pytest.approx(time.time(), abs=5)
    assert "clock" not in caplog.text


@pytest.mark.parametrize(
    ("ahead", "words"), [(600, "seconds behind Meta's"), (-600, "seconds ahead of Meta's")]
)
def test_the_log_says_it_once_in_a_while(
    meta: requests_mock.Mocker, graph: Graph, caplog: pytest.LogCaptureFixture, ahead: float, words: str
) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            ask(meta, graph, ahead)
    assert caplog.text.count("our clock is ") == 1
    assert words in caplog.text


@pytest.mark.parametrize(
    "date", [None, "", "yesterday", "Wed, 99 Nov 2026 10:00:00 GMT", "Wed, 25 Nov 99999 1:0:0 GMT"]
)
def test_an_answer_that_tells_no_time_changes_nothing(date: str | None) -> None:
    clock = Clock()
    clock.hear(date)
    assert clock.ahead == 0
