"""Recover messages: the button, the page that shows how far it is, and the mark in the thread."""

import pytest
from sqlalchemy import select

from tests import cast
from tests.conversations.kept import Kept, ago, begin, run, step
from webgateway.conversations.models import Comparison, Conversation, Recovery
from webgateway.db import db, utcnow
from webgateway.heartbeat import beat


@pytest.fixture
def meta(requests_mock) -> Kept:
    return Kept(requests_mock)


@pytest.fixture
def url(gateway):
    return f"/gateways/{gateway.id}/recoveries"


def next_address(text: str) -> str:
    return text.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")


def test_the_pages_tab_leads_to_it(as_ada, as_sam, gateway, page, url):
    assert f'href="{url}">Recover messages' in as_ada.get(f"/gateways/{gateway.id}/pages").text
    assert "Recover messages" not in as_sam.get(f"/gateways/{gateway.id}/pages").text


def test_a_recovery_begins_since_the_chosen_time(as_ada, gateway, page, url):
    answer = as_ada.post(url, data={"hours": "72"})
    recovery = db.session.scalars(select(Recovery)).one()
    assert (answer.status_code, answer.location) == (303, f"{url}/{recovery.id}")
    assert (utcnow() - recovery.since).total_seconds() == pytest.approx(72 * 3600, abs=60)
    assert recovery.user.name == "Ada"
    assert "Ada asked for it" in as_ada.get(url).text


@pytest.mark.parametrize("hours", ["", "2", "-1", "99999", "x"])
def test_a_time_that_is_not_offered_is_refused(as_ada, gateway, page, url, hours):
    answer = as_ada.post(url, data={"hours": hours})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert db.session.scalars(select(Recovery)).all() == []


def test_with_no_page_that_receives_there_is_nothing_to_do(as_ada, gateway, url):
    answer = as_ada.post(url, data={"hours": "24"})
    assert answer.status_code == 422
    assert "No page receives messages yet" in answer.text


def test_pressed_twice_it_is_the_same(as_ada, gateway, page, url):
    first = as_ada.post(url, data={"hours": "24"})
    second = as_ada.post(url, data={"hours": "24"})
    assert first.location == second.location
    assert "A recovery is under way already" in as_ada.get(second.location).text


def test_it_shows_how_far_it_is_and_nothing_is_sent_while_nothing_changes(as_ada, gateway, page, meta, url):
    beat("here:1")
    for number in range(30):
        meta.says("Hello", f"m_{number}", ago(minutes=number + 1), by=f"9{number:015}")
    recovery = begin(gateway)
    text = as_ada.get(f"{url}/{recovery.id}").text
    assert "0 conversations compared, 0 messages recovered so far" in text
    assert as_ada.fragment(next_address(text)).status_code == 204
    step()
    changed = as_ada.fragment(next_address(text))
    assert changed.text.lstrip().startswith('<div id="progress"')
    assert "20 conversations compared, 20 messages recovered so far" in changed.text


def test_the_result_stands_there_and_nothing_is_asked_again(as_ada, gateway, page, meta, url):
    meta.says("Hello", "m_1", ago(hours=1))
    recovery = begin(gateway)
    run()
    text = as_ada.get(f"{url}/{recovery.id}").text
    assert "1 message recovered" in text
    assert "1 of 1 compared" in text
    assert "hx-get" not in text.partition('id="progress"')[2].partition("</dl>")[0]
    assert "Complete" in as_ada.get(url).text


def test_nothing_missing_is_said(as_ada, gateway, page, meta, url):
    recovery = begin(gateway)
    run()
    assert "Nothing was missing" in as_ada.get(f"{url}/{recovery.id}").text


def test_what_could_not_be_compared_says_why_and_who_must_act(as_ada, gateway, page, meta, url):
    meta.dead = {"EAA-page-token"}
    recovery = begin(gateway)
    run()
    text = as_ada.get(f"{url}/{recovery.id}").text
    assert "not everything could be compared" in text
    assert "Cisco Dogs · Messenger" in text
    assert "Reconnect it with Add or Remove Pages" in text
    assert "Not complete" in as_ada.get(url).text


def test_a_pause_is_said_with_its_end(as_ada, gateway, page, meta, url):
    beat("here:1")
    recovery = begin(gateway)
    meta.refusals = [{"message": "limit", "code": 32}]
    run()
    text = as_ada.get(f"{url}/{recovery.id}").text
    assert "Meta asked for a pause" in text
    comparison = db.session.scalars(select(Comparison)).one()
    assert f'datetime="{comparison.next_try_at:%Y-%m-%dT%H:%M:%S}Z"' in text


def test_a_missing_worker_is_said(as_ada, gateway, page, url):
    recovery = begin(gateway)
    assert "worker is not running" not in as_ada.get(f"{url}/{recovery.id}").text
    recovery.created_at = ago(seconds=6)
    assert "The background worker is not running" in as_ada.get(f"{url}/{recovery.id}").text


def test_who_may_look_and_who_may_begin(visitor, as_sam, as_gail, as_rita, gateway, page, url):
    recovery = begin(gateway)
    for address in (url, f"{url}/{recovery.id}"):
        assert visitor.get(address).location.startswith("/login")
        assert as_sam.get(address).status_code == 200
        assert as_gail.get(address).status_code == 403
        assert as_rita.get(address).status_code == 404
    assert as_sam.post(url, data={"hours": "24"}).status_code == 403
    assert "<select" not in as_sam.get(url).text
    assert as_rita.post(url, data={"hours": "24"}).status_code == 404


def test_a_recovery_of_another_gateway_is_not_there(as_ada, gateway, page, url):
    other = cast.gateway("Second", app_id="2")
    recovery = begin(gateway)
    assert as_ada.get(f"/gateways/{other.id}/recoveries/{recovery.id}").status_code == 404
    assert as_ada.get(f"{url}/99").status_code == 404


def test_a_recovered_message_is_marked_quietly_in_the_thread(as_gail, gateway, page, meta):
    meta.says("Is the shop open?", "m_1", ago(hours=1))
    begin(gateway)
    run()
    talk = db.session.scalars(select(Conversation)).one()
    cast.message(talk, "Delivered", mid="m_2")
    text = as_gail.get(f"/conversations/{talk.id}").text
    assert text.count("Recovered from Meta") == 1
    assert "Recovered from Meta" in text.partition("Is the shop open?")[2].partition("</article>")[0]
