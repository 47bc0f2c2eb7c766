"""POST /{page}/messages: what is sent, what is refused (contract 7)."""

import json

import pytest

from webgateway.simulator import seed


@pytest.fixture
def token(meta):
    """Peter has written to the page."""
    meta.say("Hello")
    return meta.page_token()


def refused(answer):
    error = answer[1]["error"]
    return error["code"], error.get("error_subcode")


def test_a_text_is_sent_and_stands_on_the_phone(meta, client, token):
    status, answer = meta.send(token, text="Good day")
    assert status == 200
    assert answer["recipient_id"] == seed.psid(seed.PETER, seed.PAGE_ID)
    query = {"person": seed.PETER, "page": seed.PAGE_ID}
    messages = client.get("/_sim/thread.json", query_string=query).get_json()["messages"]
    assert (messages[-1]["text"], messages[-1]["mid"]) == ("Good day", answer["message_id"])


def test_parameters_may_be_json_in_form_fields(meta, token):
    recipient = f'{{"id": "{seed.psid(seed.PETER, seed.PAGE_ID)}"}}'
    assert (
        meta.post(f"{seed.PAGE_ID}/messages", token, recipient=recipient, message='{"text": "Good day"}')[0]
        == 200
    )


def test_the_window_closes_after_24_hours(meta, here, token):
    here.clock.advance(24 * 3600 + 1)
    answer = meta.send(token, text="late")
    assert answer[0] == 400
    assert refused(answer) == (10, 2018278)


def test_a_person_who_never_wrote_cannot_be_written_to(meta, token):
    assert refused(meta.send(token, person=seed.MAYA, text="hi")) == (10, 2018278)


def test_a_human_may_answer_for_seven_days(meta, here, token):
    tagged = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    here.clock.advance(6 * 86400)
    assert meta.send(token, text="late", params=tagged)[0] == 200
    here.clock.advance(86400)
    assert refused(meta.send(token, text="too late", params=tagged)) == (10, 2018278)


@pytest.mark.parametrize("tag", ["ACCOUNT_UPDATE", "CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE", ""])
def test_removed_tags_are_refused(meta, token, tag):
    assert refused(meta.send(token, text="hi", params={"messaging_type": "MESSAGE_TAG", "tag": tag})) == (
        100,
        None,
    )


def test_a_text_may_have_2000_characters(meta, token):
    assert meta.send(token, text="ї" * 2000)[0] == 200
    assert refused(meta.send(token, text="x" * 2001)) == (100, None)


def test_on_instagram_a_text_may_have_1000_bytes(meta):
    meta.say("Ciao", page=seed.INSTAGRAM_ID, person=seed.LUCIA)
    token = meta.page_token(seed.PAGE_INSTAGRAM_ID)
    to = {"person": seed.LUCIA, "page": seed.INSTAGRAM_ID}
    assert meta.send(token, text="ї" * 500, **to)[0] == 200
    assert refused(meta.send(token, text="ї" * 501, **to)) == (100, None)


def test_instagram_closes_its_window_with_its_own_subcode(meta, here):
    meta.say("Ciao", page=seed.INSTAGRAM_ID, person=seed.LUCIA)
    here.clock.advance(25 * 3600)
    token = meta.page_token(seed.PAGE_INSTAGRAM_ID)
    assert refused(meta.send(token, person=seed.LUCIA, page=seed.INSTAGRAM_ID, text="x")) == (10, 2534022)


REPLY = {"content_type": "text", "title": "Yes", "payload": "YES"}


@pytest.mark.parametrize(
    "replies",
    [
        [REPLY] * 14,
        [REPLY | {"title": "x" * 21}],
        [REPLY | {"payload": "x" * 1001}],
        [REPLY | {"content_type": "location"}],
        [REPLY | {"content_type": "user_email"}],
    ],
)
def test_quick_replies_beyond_the_limits_are_refused(meta, token, replies):
    assert meta.send(token, text="?", quick_replies=[REPLY] * 13)[0] == 200
    assert refused(meta.send(token, text="?", quick_replies=replies)) == (100, None)


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"text": ""},
        {"text": "a", "attachment": {"type": "image", "payload": {"url": "http://x"}}},
        {"text": "a", "metadata": "x" * 1001},
        {"attachment": {"type": "hologram", "payload": {}}},
    ],
)
def test_a_message_that_is_none_is_refused(meta, token, message):
    assert refused(meta.send(token, **message))[0] == 100


def test_an_attachment_by_address_is_sent(meta, token):
    attachment = {"type": "image", "payload": {"url": "http://127.0.0.1/x.png"}}
    assert meta.send(token, attachment=attachment)[0] == 200


def test_an_unknown_recipient_is_refused(meta, client, token):
    body = {"recipient": {"id": "1234567890123456"}, "message": {"text": "hi"}}
    answer = client.post(f"/v26.0/me/messages?access_token={token}", json=body).get_json(force=True)
    assert (answer["error"]["code"], answer["error"]["error_subcode"]) == (100, 2018001)


def test_typing_is_shown_and_ends_with_the_message(meta, client, token):
    to = {"id": seed.psid(seed.PETER, seed.PAGE_ID)}
    answer = client.post(
        f"/v26.0/me/messages?access_token={token}", json={"recipient": to, "sender_action": "typing_on"}
    )
    assert answer.get_json(force=True) == {"recipient_id": to["id"]}
    where = f"/_sim/phone/thread?person={seed.PETER}&page={seed.PAGE_ID}"
    assert b"is typing" in client.get(where).data
    meta.send(token, text="done")
    assert b"is typing" not in client.get(where).data


def test_message_and_action_together_are_refused(meta, client, token):
    to = {"id": seed.psid(seed.PETER, seed.PAGE_ID)}
    body = {"recipient": to, "sender_action": "typing_on", "message": {"text": "x"}}
    answer = client.post(f"/v26.0/me/messages?access_token={token}", json=body).get_json(force=True)
    assert answer["error"]["error_subcode"] == 2018014


def test_sending_wants_pages_messaging(meta):
    meta.say("Hello")
    status, answer = meta.send(meta.page_token(_sim_answer="partial"), text="x")
    assert (status, answer["error"]["code"]) == (403, 200)


def test_sending_wants_the_messaging_task(meta):
    meta.say("Hello", page=seed.PAGE_NO_MESSAGING_ID)
    token = meta.page_token(seed.PAGE_NO_MESSAGING_ID)
    assert meta.send(token, page=seed.PAGE_NO_MESSAGING_ID, text="x")[0] == 403


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("send_rate_limited", (613, None)),
        ("window_closed", (10, 2018278)),
        ("person_unavailable", (551, 1545041)),
        ("blocked_page", (10, 1893063)),
        ("token_expired", (190, 463)),
        ("password_changed", (190, 460)),
        ("app_rate_limited", (4, None)),
        ("transient_5xx", (2, None)),
    ],
)
def test_a_fault_refuses_once_and_then_no_more(meta, token, fault, expected):
    meta.fault(fault, count=1)
    assert refused(meta.send(token, text="x")) == expected
    assert meta.send(token, text="x")[0] == 200


def test_a_reached_limit_shows_in_the_usage_headers(meta, client, token):
    meta.fault("send_rate_limited", count=1)
    to = {"id": seed.psid(seed.PETER, seed.PAGE_ID)}
    body = {"recipient": to, "message": {"text": "x"}}
    answers = [client.post(f"/v26.0/me/messages?access_token={token}", json=body) for _ in range(2)]
    usage = [json.loads(answer.headers["x-business-use-case-usage"])[seed.PAGE_ID][0] for answer in answers]
    assert [row["call_count"] for row in usage] == [100, 1]
    assert usage[0]["estimated_time_to_regain_access"] == 1


def test_sent_but_reported_as_failed_stands_on_the_phone(meta, here, token):
    meta.fault("sent_but_error", count=1)
    assert refused(meta.send(token, text="twice?")) == (1, 1357046)
    thread = here.world.threads[f"{seed.PAGE_ID}:{seed.psid(seed.PETER, seed.PAGE_ID)}"]
    assert thread.messages[-1].text == "twice?"


def test_a_page_token_fault_can_be_bound_to_one_page(meta, token):
    meta.fault("token_expired", page=seed.PAGE_SHARED_ID)
    assert meta.send(token, text="x")[0] == 200
