import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests_mock

from webgateway.meta import messages
from webgateway.meta.errors import GraphError, Unreachable
from webgateway.meta.graph import Graph
from webgateway.meta.messages import LIMITS, split

URL = "https://graph.test/v26.0/210/messages"
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"


def fits(parts: list[str], channel: str) -> bool:
    limits = LIMITS[channel]
    return all(0 < limits.size(part) <= limits.text_max for part in parts)


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize(
    ("channel", "text"), [("messenger", "ї" * 2000), ("instagram", "ї" * 500), ("instagram", "a" * 1000)]
)
def test_a_text_at_the_limit_stays_whole(channel: str, text: str) -> None:
    assert split(text, channel) == [text]


@pytest.mark.parametrize(("channel", "text"), [("messenger", "ї" * 2001), ("instagram", "ї" * 501)])
def test_instagram_counts_bytes_and_messenger_characters(channel: str, text: str) -> None:
    parts = split(text, channel)
    assert len(parts) == 2
    assert "".join(parts) == text
    assert fits(parts, channel)


def test_a_short_text_is_left_as_it_is() -> None:
    assert split("  pears \n\n and plums ", "messenger") == ["  pears \n\n and plums "]


@pytest.mark.parametrize("text", ["", " ", "\n\t " * 3000])
def test_nothing_but_whitespace_gives_no_part(text: str) -> None:
    assert split(text, "messenger") == []


def test_a_long_text_is_cut_between_paragraphs() -> None:
    first, second = "First. " * 200 + "End.", "Second sentence. " * 80 + "End."
    assert split(f"{first}\n\n{second}", "messenger") == [first, second]


def test_without_a_paragraph_it_is_cut_between_sentences() -> None:
    sentence = "The pears are ripe on Monday."
    parts = split(" ".join([sentence] * 200), "messenger")
    assert all(part.startswith("The pears") and part.endswith("Monday.") for part in parts)


def test_without_a_sentence_it_is_cut_between_words() -> None:
    parts = split("pears " * 1000, "messenger")
    assert all(set(part.split()) == {"pears"} for part in parts)
    assert sum(len(part.split()) for part in parts) == 1000


def test_an_early_paragraph_does_not_make_a_tiny_part() -> None:
    parts = split("Hello!\n\n" + "pears " * 600, "messenger")
    assert len(parts[0]) > 1900


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_a_sign_made_of_several_characters_is_never_cut(channel: str) -> None:
    text = FAMILY * 700
    parts = split(text, channel)
    assert "".join(parts) == text
    assert fits(parts, channel)
    assert all(len(part) % len(FAMILY) == 0 for part in parts)


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_a_sign_longer_than_the_limit_is_cut_inside(channel: str) -> None:
    text = "a" + "\u0301" * 5000
    parts = split(text, channel)
    assert "".join(parts) == text
    assert fits(parts, channel)


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
@pytest.mark.parametrize(
    "text",
    [
        "Груші стиглі. Сливи — ні!\n\nЗателефонуйте: 044. " * 150,
        ("https://orchard.example/" + "x" * 300 + " ") * 40,
        "\r\n".join(["line " * 30] * 60),
        ("\N{PEAR}" * 7 + "\t\t") * 400,
        " " * 2500 + "late" + " " * 2500,
    ],
)
def test_only_whitespace_is_lost_at_a_cut(text: str, channel: str) -> None:
    parts = split(text, channel)
    assert bare("".join(parts)) == bare(text)
    assert fits(parts, channel)
    for part in parts:
        assert part in text


def test_a_reply_goes_to_the_pages_messages(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(URL, json={"recipient_id": "555", "message_id": "m_1"})
    sent = messages.send(graph, "210", "EAApage", "555", {"text": "Ripe on Monday"}, metadata="our:17")
    assert sent == messages.Sent("555", "m_1")
    assert meta.request_history[-1].json() == {
        "recipient": {"id": "555"},
        "messaging_type": "RESPONSE",
        "message": {"text": "Ripe on Monday", "metadata": "our:17"},
    }
    assert meta.request_history[-1].headers["Authorization"] == b"Bearer EAApage"


def test_a_person_may_answer_later_with_the_tag(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(URL, json={"message_id": "m_1"})
    sent = messages.send(graph, "210", "EAApage", "555", {"text": "Hello"}, human_agent=True)
    assert sent.recipient_id is None
    body = meta.request_history[-1].json()
    assert (body["messaging_type"], body["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")
    assert "metadata" not in body["message"]


def test_a_private_reply_names_the_comment_and_no_window(meta: requests_mock.Mocker, graph: Graph) -> None:
    meta.post(URL, json={"recipient_id": "555", "message_id": "m_1"})
    sent = messages.send_private_reply(graph, "210", "EAApage", "71_9001", "Three euros.", "our:17")
    assert sent == messages.Sent("555", "m_1")
    assert meta.request_history[-1].json() == {
        "recipient": {"comment_id": "71_9001"},
        "message": {"text": "Three euros.", "metadata": "our:17"},
    }


def test_an_answer_that_names_no_message_leaves_open_whether_it_was_sent(
    meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.post(URL, json={"recipient_id": "555"})
    with pytest.raises(Unreachable) as caught:
        messages.send(graph, "210", "EAApage", "555", {"text": "Hello"})
    assert caught.value.sent_unclear


@pytest.mark.parametrize(
    ("body", "kind", "retry", "unclear"),
    [
        ({"code": 10, "error_subcode": 2018278}, "window", False, False),
        ({"code": 551}, "recipient", False, False),
        ({"code": 613}, "throttled", True, False),
        ({"code": 1, "error_subcode": 1357046}, "transient_maybe_sent", True, True),
    ],
)
def test_a_refused_message_says_whether_to_try_again(
    body: dict[str, Any], kind: str, retry: bool, unclear: bool, meta: requests_mock.Mocker, graph: Graph
) -> None:
    meta.post(URL, json={"error": body | {"message": "x"}}, status_code=400)
    with pytest.raises(GraphError) as caught:
        messages.send(graph, "210", "EAApage", "555", {"text": "Hello"})
    assert (caught.value.kind, caught.value.retry, caught.value.sent_unclear) == (kind, retry, unclear)


@pytest.mark.parametrize(
    ("passed", "state"),
    [
        (timedelta(0), "open"),
        (timedelta(hours=23, minutes=58, seconds=59), "open"),
        (timedelta(hours=23, minutes=59), "human_agent"),
        (timedelta(hours=24), "human_agent"),
        (timedelta(days=6, hours=23, minutes=58), "human_agent"),
        (timedelta(days=7), "closed"),
    ],
)
def test_the_window_closes_a_minute_early(passed: timedelta, state: str) -> None:
    assert messages.window(NOW - passed, NOW) == state


def test_who_never_wrote_cannot_be_written_to() -> None:
    assert messages.window(None, NOW) == "closed"
