"""Sending: part by part, in order, never blindly twice."""

from datetime import timedelta

import pytest
import requests

from tests import cast
from tests.conversations.sending import SEND, let_pass, send, write
from webgateway.conversations import outgoing
from webgateway.conversations.models import Message, Part
from webgateway.db import db, utcnow
from webgateway.pages.models import Grant

CODE_190 = {
    "error": {
        "message": "Error validating access token",
        "type": "OAuthException",
        "code": 190,
        "error_subcode": 463,
    }
}
OUTAGE = {
    "error": {
        "message": "An unexpected error has occurred. Please retry your request later.",
        "type": "OAuthException",
        "code": 2,
    }
}
OUTSIDE = {
    "error": {
        "message": "(#10) outside of allowed window",
        "type": "OAuthException",
        "code": 10,
        "error_subcode": 2018278,
    }
}
MAYBE_SENT = {
    "error": {
        "message": "Received invalid JSON reply.",
        "type": "OAuthException",
        "code": 1,
        "error_subcode": 1357046,
    }
}


@pytest.fixture
def talk(page):
    return cast.conversation(cast.contact(page))


@pytest.fixture
def meta(requests_mock):
    """Meta takes every message and numbers it."""
    numbers = iter(range(1, 1000))
    requests_mock.post(
        SEND, json=lambda *_: {"recipient_id": "7392015648120394", "message_id": f"m_{next(numbers)}"}
    )
    return requests_mock


def due_now(part: Part) -> None:
    part.next_try_at = utcnow()
    db.session.commit()


def test_a_message_reaches_meta_with_our_id_and_without_the_token_in_the_address(talk, meta):
    part = write(talk).parts[0]
    assert send().state == "sent"
    body = meta.last_request.json()
    assert body["recipient"] == {"id": "7392015648120394"}
    assert body["message"] == {"text": "Hello Peter", "metadata": part.key}
    assert body["messaging_type"] == "RESPONSE"
    assert "EAA-page-token" not in meta.last_request.url
    assert (part.mid, part.attempts) == ("m_1", 1)


def test_a_part_and_what_belongs_to_it_are_looked_up_once(talk, meta, count_queries):
    write(talk)
    part_id = outgoing.claim()
    db.session.remove()
    with count_queries() as queries:
        outgoing.work(part_id)
    asked = [query for query in queries if query.startswith("SELECT")]
    assert len(asked) == 3, "all of it, whose login, and its message's parts as they are then"


def test_a_long_text_goes_out_in_parts_in_order(talk, meta):
    message = write(talk, "a" * 1900 + "\n\n" + "b" * 1900)
    assert [len(part.text) for part in message.parts] == [1900, 1900]
    send(), send()
    assert [request.json()["message"]["text"][0] for request in meta.request_history] == ["a", "b"]


def test_messages_of_one_conversation_keep_their_order_when_the_first_must_wait(talk, requests_mock):
    requests_mock.post(SEND, status_code=500, json=OUTAGE)
    write(talk, "first")
    write(talk, "second")
    part = send()
    assert (part.text, part.state) == ("first", "waiting")
    assert part.next_try_at > utcnow()
    assert outgoing.claim() is None


def test_another_conversation_does_not_wait(talk, meta, page):
    other = cast.conversation(cast.contact(page, "Maya", "7392015648120395"))
    held = write(talk, "first").parts[0]
    held.next_try_at = utcnow() + timedelta(hours=1)
    db.session.commit()
    write(other, "hello Maya")
    assert send().text == "hello Maya"


def test_a_dead_token_is_marked_and_the_next_persons_takes_over(talk, page, gateway, requests_mock):
    marco = cast.account(
        gateway, "Marco Rossi", "4705278912843592", logged_in_at=utcnow() - timedelta(days=1)
    )
    cast.grant(page, marco, "EAA-marcos-token")

    def answer(request, context):
        if b"EAA-marcos-token" in request.headers["Authorization"]:
            return {"recipient_id": "1", "message_id": "m_1"}
        context.status_code = 400
        return CODE_190

    requests_mock.post(SEND, json=answer)
    write(talk)
    assert send().state == "waiting"
    assert send().state == "sent"
    assert [grant.dead_since is not None for grant in sorted(page.grants, key=lambda grant: grant.id)] == [
        True,
        False,
    ]


def test_a_token_that_a_new_login_brought_meanwhile_is_not_marked_dead(talk, page, requests_mock):
    """The refusal is about the old token, which was on its way when the page was reconnected."""
    grant = page.grants[0].id

    def reconnected_meanwhile(_request, context):
        fresh = {"token": "EAA-fresh", "granted_at": utcnow() + timedelta(seconds=1)}
        elsewhere = db.update(Grant).where(Grant.id == grant).values(**fresh)
        db.session.execute(elsewhere.execution_options(synchronize_session=False))
        db.session.commit()
        context.status_code = 400
        return CODE_190

    requests_mock.post(SEND, json=reconnected_meanwhile)
    write(talk)
    assert send().state == "waiting"
    assert db.session.get(Grant, grant).dead_since is None
    requests_mock.post(SEND, json={"recipient_id": "1", "message_id": "m_1"})
    assert send().state == "sent"
    assert requests_mock.last_request.headers["Authorization"] == b"Bearer EAA-fresh"


def test_a_grant_that_is_gone_meanwhile_is_no_defect(talk, page, requests_mock):
    def left_meanwhile(_request, context):
        db.session.execute(db.delete(Grant))
        db.session.commit()
        context.status_code = 400
        return CODE_190

    requests_mock.post(SEND, json=left_meanwhile)
    write(talk)
    assert send().state == "waiting"
    assert send() is None, "it waits for the next login"


def test_a_final_refusal_is_not_repeated_and_says_why(talk, requests_mock):
    requests_mock.post(SEND, status_code=400, json=OUTSIDE)
    write(talk)
    part = send()
    assert (part.state, part.error_code, part.error_subcode) == ("failed", 10, 2018278)
    assert part.error
    assert part.remedy
    assert outgoing.claim() is None


def test_a_passing_problem_is_tried_again_with_growing_pauses_five_times_then_given_up(talk, requests_mock):
    requests_mock.post(SEND, status_code=500, json=OUTAGE)
    part = write(talk).parts[0]
    pauses = []
    while send().state == "waiting":
        pauses.append((part.next_try_at - utcnow()).total_seconds())
        due_now(part)
    assert part.state == "failed"
    assert part.error == "Meta has a passing problem, or the customer has blocked the page."
    assert 2 < pauses[0] < 4
    assert pauses == sorted(pauses)
    assert pauses[-1] > 3500
    assert requests_mock.call_count == len(pauses) + 1 == 6


def test_two_that_failed_together_are_not_tried_again_together(talk, page, requests_mock):
    requests_mock.post(SEND, status_code=500, json=OUTAGE)
    others = [cast.conversation(cast.contact(page, "Maya", f"73920156481{n:05}")) for n in range(4)]
    parts = [write(each).parts[0] for each in (talk, *others)]
    asked = [send() for _ in parts]
    waits = {round((part.next_try_at - asked[0].next_try_at).total_seconds(), 3) for part in asked}
    assert len(waits) > 1


def test_nothing_is_tried_again_once_metas_24_hours_are_over(talk, requests_mock):
    requests_mock.post(SEND, status_code=500, json=OUTAGE)
    message = write(talk)
    assert send().state == "waiting"
    let_pass(message, hours=24)
    part = send()
    assert part.state == "failed"
    assert "24 hours" in part.error
    assert "when the customer has written" in part.remedy
    assert requests_mock.call_count == 1


def test_a_customer_who_writes_meanwhile_opens_the_24_hours_anew(talk, requests_mock):
    requests_mock.post(SEND, [{"status_code": 500, "json": OUTAGE}, {"json": {"message_id": "m_1"}}])
    message = write(talk)
    send()
    let_pass(message, hours=24)
    talk.customer_wrote_at = utcnow()
    db.session.commit()
    assert send().state == "sent"


@pytest.mark.parametrize(
    "fault",
    [
        {"exc": requests.exceptions.ReadTimeout},
        {"status_code": 500, "json": MAYBE_SENT},
        {"status_code": 200, "text": "not json"},
        {"status_code": 502, "text": "<html>Bad Gateway</html>"},
        {"status_code": 504, "json": {"message": "Endpoint request timed out"}},
    ],
)
def test_an_unclear_answer_is_never_repeated_by_itself(talk, requests_mock, fault):
    requests_mock.post(SEND, **fault)
    write(talk)
    assert send().state == "unclear"
    assert outgoing.claim() is None
    assert requests_mock.call_count == 1


def test_a_busy_house_before_meta_is_tried_again(talk, requests_mock):
    requests_mock.post(SEND, status_code=503, text="<html>Service Unavailable</html>")
    write(talk)
    assert send().state == "waiting"


def test_meta_out_of_reach_is_tried_again(talk, requests_mock):
    requests_mock.post(SEND, exc=requests.exceptions.ConnectTimeout)
    write(talk)
    assert send().state == "waiting"


def test_parts_behind_an_unclear_one_are_held_until_its_echo(talk, requests_mock):
    requests_mock.post(SEND, exc=requests.exceptions.ReadTimeout)
    message = write(talk, "a" * 1900 + "\n\n" + "b" * 1900)
    send()
    assert [part.state for part in message.parts] == ["unclear", "held"]
    outgoing.arrived(message.parts[0], "m_1", utcnow())
    db.session.commit()
    assert [part.state for part in message.parts] == ["sent", "waiting"]


def test_a_later_message_is_not_held_by_an_unclear_one(talk, requests_mock):
    requests_mock.post(SEND, [{"exc": requests.exceptions.ReadTimeout}, {"json": {"message_id": "m_2"}}])
    write(talk, "a" * 1900 + "\n\n" + "b" * 1900)
    write(talk, "later")
    send()
    assert send().text == "later"


def test_when_a_part_fails_the_rest_of_the_message_stays_and_can_be_sent_again_from_there(
    talk, requests_mock
):
    requests_mock.post(SEND, [{"json": {"message_id": "m_1"}}, {"status_code": 400, "json": OUTSIDE}])
    message = write(talk, "\n\n".join(letter * 1900 for letter in "abc"))
    send(), send()
    assert [part.state for part in message.parts] == ["sent", "failed", "failed"]
    outgoing.send_again(message)
    db.session.commit()
    requests_mock.post(SEND, json={"message_id": "m_3"})
    assert send().position == 1


def test_what_a_killed_worker_held_is_unclear_not_sent_twice(talk, meta):
    part = write(talk).parts[0]
    assert outgoing.claim() == part.id
    assert outgoing.claim() is None
    part.leased_until = utcnow() - timedelta(seconds=1)
    db.session.commit()
    assert send().state == "unclear"
    assert meta.call_count == 0


def test_the_echo_may_be_quicker_than_the_answer(talk, page, requests_mock):
    part = write(talk).parts[0]

    def echoed_then_broken(_request, _context):
        with db.session.begin():
            outgoing.arrived(db.session.get_one(Part, part.id), "m_echo", utcnow())
        raise requests.exceptions.ReadTimeout

    requests_mock.post(SEND, json=echoed_then_broken)
    assert (send().state, part.mid) == ("sent", "m_echo")


@pytest.mark.parametrize("broken", ["gateway_off", "page_removed", "gateway_deleted"])
def test_nothing_is_sent_through_what_is_off_or_gone(talk, meta, page, gateway, broken):
    write(talk)
    if broken == "gateway_off":
        gateway.enabled = False
    elif broken == "page_removed":
        page.removed_at = utcnow()
    else:
        gateway.deleted_at = utcnow()
    db.session.commit()
    part = send()
    assert part.state == "failed"
    assert part.error
    assert meta.call_count == 0


def test_an_error_text_never_becomes_a_message(talk, requests_mock):
    requests_mock.post(SEND, status_code=400, json=OUTSIDE)
    write(talk)
    send()
    assert db.session.query(Message).count() == 1
