"""Meta's conversations become flat: who said what, when, and where to go on."""

from datetime import UTC, datetime

import pytest

from webgateway.meta import conversations
from webgateway.meta.conversations import Said
from webgateway.meta.graph import Graph

PAGE, PETER = "102938475610293", "7392015648120394"
URL = f"https://graph.facebook.com/v26.0/{PAGE}/conversations"
NOON = "2026-07-29T12:00:00+0000"


@pytest.fixture
def graph():
    return Graph("https://graph.facebook.com", "v26.0", "1", "secret", timed_proof=False)


def message(mid="m_1", text="Hello", by=PETER, **more):
    return {"id": mid, "created_time": NOON, "from": {"id": by}, "message": text, **more}


def talk(*messages, **more):
    people = [{"id": PETER, "name": "Peter Chang", "username": "peter"}, {"id": PAGE, "name": "Cisco Dogs"}]
    return {
        "id": "t_1",
        "updated_time": NOON,
        "participants": {"data": people},
        "messages": {"data": list(messages)},
        **more,
    }


def read(graph, requests_mock, *rows, **more):
    requests_mock.get(URL, json={"data": list(rows), **more})
    return conversations.talks(graph, PAGE, "EAA", "messenger", {PAGE})


def test_a_conversation_says_who_the_customer_is_and_when_it_last_changed(graph, requests_mock):
    found = read(graph, requests_mock, talk(message())).talks[0]
    assert (found.id, found.user_id, found.user_name, found.username) == (
        "t_1",
        PETER,
        "Peter Chang",
        "peter",
    )
    assert found.updated_at == datetime(2026, 7, 29, 12, tzinfo=UTC)


def test_the_channel_and_the_cursor_travel_and_the_token_stays_out_of_the_address(graph, requests_mock):
    requests_mock.get(URL, json={"data": []})
    conversations.talks(graph, PAGE, "EAA", "instagram", {PAGE}, "next-ones")
    asked = requests_mock.last_request
    assert (asked.qs["platform"], asked.qs["after"]) == (["instagram"], ["next-ones"])
    assert "EAA" not in asked.url


def test_each_message_says_whether_the_customer_or_the_page_wrote_it(graph, requests_mock):
    found = read(graph, requests_mock, talk(message(), message("m_2", "Yes", by=PAGE))).talks[0]
    assert [(said.mid, said.text, said.by_customer) for said in found.said] == [
        ("m_1", "Hello", True),
        ("m_2", "Yes", False),
    ]


def test_without_participants_whoever_is_not_the_page_is_the_customer(graph, requests_mock):
    assert read(graph, requests_mock, talk(message(), participants=None)).talks[0].user_id == PETER


@pytest.mark.parametrize(
    "broken",
    [{"id": None}, {"created_time": None}, {"created_time": "yesterday"}, {"from": None}, {"from": {}}],
)
def test_a_message_without_author_time_or_id_is_left_out_and_the_others_stay(graph, requests_mock, broken):
    found = read(graph, requests_mock, talk(message() | broken, message("m_2"), "not an object")).talks[0]
    assert [said.mid for said in found.said] == ["m_2"]


def test_attachments_are_told_by_what_meta_holds_of_them(graph, requests_mock):
    url = "https://scontent.xx.fbcdn.net/a"
    rows = [
        {"mime_type": "image/png", "name": "a.png", "image_data": {"url": url}},
        {"mime_type": "video/mp4", "video_data": {"url": url}},
        {"mime_type": "audio/mpeg", "file_url": url},
        {"mime_type": "application/pdf", "name": "bill.pdf", "file_url": url},
        {"mime_type": "image/png", "image_data": {"url": "javascript:alert(1)"}},
    ]
    found = read(graph, requests_mock, talk(message(attachments={"data": rows}, sticker=url))).talks[0]
    assert [(one.type, one.url, one.title) for one in found.said[0].attachments] == [
        ("image", url, "a.png"),
        ("video", url, None),
        ("audio", url, None),
        ("file", url, "bill.pdf"),
        ("image", None, None),
        ("sticker", url, None),
    ]


def test_what_was_shared_is_asked_for_and_is_a_shared_post(graph, requests_mock):
    link = "https://www.facebook.com/permalink.php?id=1"
    rows = [{"link": link, "name": "Cake"}, {"link": "javascript:alert(1)"}, "not an object"]
    found = read(graph, requests_mock, talk(message(text="", shares={"data": rows}))).talks[0]
    assert "shares" in requests_mock.last_request.qs["fields"][0]
    assert [(one.type, one.url, one.title) for one in found.said[0].attachments] == [
        ("post", link, "Cake"),
        ("post", None, None),
        ("post", None, None),
    ]


def test_what_is_a_picture_or_sticker_already_is_not_shared_as_well(graph, requests_mock):
    url = "https://scontent.xx.fbcdn.net/sticker.png"
    said = message(text="", sticker=url, shares={"data": [{"link": url}]})
    found = read(graph, requests_mock, talk(said)).talks[0]
    assert [one.type for one in found.said[0].attachments] == ["sticker"]


@pytest.mark.parametrize("shares", [None, {}, {"data": []}, {"data": None}, []])
def test_a_share_that_comes_back_empty_is_none(graph, requests_mock, shares):
    found = read(graph, requests_mock, talk(message(text="", shares=shares))).talks[0]
    assert found.said[0].attachments == ()


def test_earlier_messages_are_known_by_the_cursor_or_by_a_full_answer(graph, requests_mock):
    more = {"data": [message()], "paging": {"cursors": {"after": "earlier"}, "next": "x"}}
    full = [message(f"m_{number}") for number in range(conversations.TALKS)]
    rows = [talk(message()), talk(messages=more), talk(*full)]
    found = read(graph, requests_mock, *rows).talks
    assert [(one.more, one.after) for one in found] == [(False, None), (True, "earlier"), (True, None)]


def test_more_messages_of_one_conversation_come_with_the_next_cursor(graph, requests_mock):
    paging = {"cursors": {"after": "even-earlier"}, "next": "x"}
    address = "https://graph.facebook.com/v26.0/t_1/messages"
    requests_mock.get(address, json={"data": [message()], "paging": paging})
    said, after = conversations.messages(graph, "t_1", "EAA", {PAGE}, "earlier")
    assert said == (Said("m_1", datetime(2026, 7, 29, 12, tzinfo=UTC), True, "Hello"),)
    assert after == "even-earlier"
    assert requests_mock.last_request.qs["after"] == ["earlier"]


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": [None, {"id": None}, 7]}])
def test_an_answer_without_conversations_is_an_empty_one(graph, requests_mock, answer):
    requests_mock.get(URL, json=answer)
    assert conversations.talks(graph, PAGE, "EAA", "messenger", {PAGE}).talks == ()
