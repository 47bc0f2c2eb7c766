"""Typing and seen: shown to the customer where it costs nothing, never in a message's way."""

from datetime import timedelta

import pytest
import requests

from tests import cast
from tests.conversations.sending import SEND, pauses, refusal
from webgateway.conversations import pace, signals
from webgateway.db import db, utcnow


@pytest.fixture
def peter(page):
    return cast.conversation(cast.contact(page))


@pytest.fixture(autouse=True)
def nothing_done_lately(monkeypatch):
    monkeypatch.setattr(signals, "asked", signals.Lately())
    monkeypatch.setattr(signals, "told", signals.Lately())


@pytest.fixture
def meta(requests_mock):
    requests_mock.post(SEND, json={"recipient_id": "7392015648120394"})
    return requests_mock


def shown(meta) -> list[str]:
    return [request.json()["sender_action"] for request in meta.request_history]


def typing(client, talk, on="yes"):
    return client.post(f"/conversations/{talk.id}/typing", data={"on": on})


def test_typing_is_shown_and_ends(as_gail, peter, meta):
    assert typing(as_gail, peter).status_code == 204
    assert typing(as_gail, peter, "no").status_code == 204
    assert shown(meta) == ["typing_on", "typing_off"]
    assert meta.last_request.json()["recipient"] == {"id": "7392015648120394"}


def test_seen_is_shown(as_gail, peter, meta):
    assert as_gail.post(f"/conversations/{peter.id}/seen").status_code == 204
    assert shown(meta) == ["mark_seen"]


def test_who_goes_on_typing_tells_once_in_ten_seconds(as_gail, peter, meta, monkeypatch):
    for _ in range(5):
        typing(as_gail, peter)
    assert shown(meta) == ["typing_on"]
    monkeypatch.setattr(signals, "OFTEN", 0.0)
    typing(as_gail, peter)
    assert shown(meta) == ["typing_on", "typing_on"]


def test_two_web_processes_tell_once(peter, meta, app):
    for _ in range(2):
        signals.show(peter.id, "typing_on")
    assert shown(meta) == ["typing_on"]


def test_only_so_many_conversations_are_remembered(monkeypatch):
    monkeypatch.setattr(signals, "MOST", 2)
    lately = signals.Lately()
    assert not any(lately.again(number, "typing_on") for number in (1, 2, 3))
    assert lately.again(3, "typing_on")
    assert not lately.again(1, "typing_on")


@pytest.mark.parametrize("why", ["closed", "late", "elsewhere", "off", "no_login", "paused", "busy"])
def test_nothing_is_shown_where_nobody_can_write_or_messages_wait(as_gail, peter, page, gateway, meta, why):
    if why == "closed":
        peter.closed_at = utcnow()
    elif why == "late":
        peter.customer_wrote_at = utcnow() - timedelta(hours=25)
    elif why == "elsewhere":
        peter.owner_app_id = "263902037430900"
    elif why == "off":
        gateway.enabled = False
    elif why == "no_login":
        page.grants[0].dead_since = utcnow()
    elif why == "paused":
        page.sends_paused_until = utcnow() + timedelta(minutes=1)
    else:
        page.next_send_at = utcnow() + timedelta(seconds=0.5)
    db.session.commit()
    typing(as_gail, peter)
    assert shown(meta) == []


def test_it_takes_a_place_in_the_pages_pace(as_gail, peter, page, meta):
    before = utcnow()
    typing(as_gail, peter)
    assert page.next_send_at >= before + pace.STEP


def test_usage_near_the_limit_slows_the_page_down(as_gail, peter, meta):
    headers = {"x-business-use-case-usage": '{"1":[{"type":"messenger","call_count":95}]}'}
    meta.post(SEND, json={"recipient_id": "1"}, headers=headers)
    typing(as_gail, peter)
    assert pauses()[0] is not None


@pytest.mark.parametrize(
    "fault",
    [{"exc": requests.exceptions.ReadTimeout}, refusal(10, 2018278), refusal(551), refusal(2, status=500)],
)
def test_a_refusal_is_nobodys_trouble(as_gail, peter, page, meta, fault):
    meta.post(SEND, **fault)
    assert typing(as_gail, peter).status_code == 204
    assert page.grants[0].dead_since is None
    assert pauses() == (None, None)
    assert meta.call_count == 1


def test_a_dead_token_is_one_for_messages_too(as_gail, peter, page, meta):
    meta.post(SEND, **refusal(190, 463))
    typing(as_gail, peter)
    assert page.grants[0].dead_since is not None


def test_a_pause_that_meta_asks_for_holds_for_messages_too(as_gail, peter, meta):
    meta.post(SEND, **refusal(613))
    typing(as_gail, peter)
    assert pauses()[0] is not None


@pytest.mark.parametrize("what", ["typing", "seen"])
def test_strangers_tell_nothing(as_rita, as_nora, visitor, as_gail, peter, meta, what):
    place = f"/conversations/{peter.id}/{what}"
    assert as_rita.post(place).status_code == 404
    assert as_nora.post(place).status_code == 403
    assert visitor.post(place).status_code == 302
    assert as_gail.post(f"/conversations/999/{what}").status_code == 404
    assert shown(meta) == []


def test_the_page_says_what_was_heard_last_and_where_to_tell(as_gail, peter):
    heard = cast.message(peter)
    page = as_gail.get(f"/conversations/{peter.id}").text
    assert f'data-seen="/conversations/{peter.id}/seen" data-newest="{heard.id}"' in page
    assert f'data-signals="/conversations/{peter.id}/typing"' in page
    peter.closed_at = utcnow()
    db.session.commit()
    assert "data-seen" not in as_gail.get(f"/conversations/{peter.id}").text
