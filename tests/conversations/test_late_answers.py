"""Between 24 hours and 7 days: a person's answer, with Meta's tag, where the app is approved for it."""

from datetime import timedelta

import pytest

from tests import cast
from tests.conversations.sending import SEND, refusal, send, write
from webgateway.conversations import composer, stranded, writing
from webgateway.db import db, utcnow

UNAPPROVED = refusal(100, message="(#100) This tag requires the human agent permission")


@pytest.fixture
def talk(page, gateway):
    """The customer wrote two days ago; the app is approved."""
    gateway.human_agent = True
    talk = cast.conversation(cast.contact(page), customer_wrote_at=utcnow() - timedelta(days=2))
    db.session.commit()
    return talk


@pytest.fixture
def meta(requests_mock):
    requests_mock.post(SEND, json={"message_id": "m_1"})
    return requests_mock


def test_a_persons_answer_goes_out_with_the_tag(talk, meta):
    write(talk)
    assert send().state == "sent"
    body = meta.last_request.json()
    assert (body["messaging_type"], body["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")


def test_within_the_24_hours_it_is_an_answer_like_every_other(talk, meta):
    talk.customer_wrote_at = utcnow() - timedelta(hours=2)
    write(talk)
    send()
    body = meta.last_request.json()
    assert body["messaging_type"] == "RESPONSE"
    assert "tag" not in body


def test_a_flow_never_writes_then(talk, meta):
    assert composer.lock(talk, cast.person("Gail")) is None
    assert composer.lock(talk) is not None
    writing.write(talk, "Hello", "flow")
    db.session.commit()
    part = send()
    assert part.state == "failed"
    assert "24 hours" in part.error
    assert meta.call_count == 0


@pytest.mark.parametrize("why", ["not_approved", "refused", "a_week"])
def test_nor_does_anybody_where_meta_would_refuse_it(talk, gateway, meta, why):
    if why == "not_approved":
        gateway.human_agent = False
    elif why == "refused":
        gateway.human_agent_refused_at = utcnow()
    else:
        talk.customer_wrote_at = utcnow() - timedelta(days=7)
    write(talk)
    assert send().state == "failed"
    assert meta.call_count == 0
    assert composer.lock(talk, cast.person("Gail")) is not None


def test_the_composer_says_as_what_it_goes_and_until_when(as_gail, talk):
    page = as_gail.get(f"/conversations/{talk.id}").text
    assert "goes out as a human agent" in page
    assert f"{talk.customer_wrote_at + timedelta(days=7, minutes=-1):%-d %b %Y, %H:%M} UTC" in page
    assert as_gail.post(f"/conversations/{talk.id}/messages", data={"text": "Hello"}).status_code == 303


def test_the_open_page_changes_when_the_24_hours_end(as_gail, talk):
    talk.customer_wrote_at = utcnow() - timedelta(hours=23)
    db.session.commit()
    page = as_gail.get(f"/conversations/{talk.id}").text
    assert "human agent" not in page
    lock = page.partition("lock=")[2].partition('"')[0]
    talk.customer_wrote_at = utcnow() - timedelta(hours=25)
    db.session.commit()
    news = as_gail.fragment(f"/conversations/{talk.id}/messages?lock={lock}")
    assert "goes out as a human agent" in news.text


def test_metas_refusal_locks_again_and_says_why(as_gail, as_ada, talk, gateway, page, meta):
    meta.post(SEND, **UNAPPROVED)
    write(talk)
    part = send()
    assert (part.state, part.error) == ("failed", "The app has no approval to answer after 24 hours.")
    assert gateway.human_agent_refused_at is not None
    assert page.grants[0].dead_since is None
    assert "Meta says that the app is not approved" in as_gail.get(f"/conversations/{talk.id}").text
    administrators = as_ada.get(f"/conversations/{talk.id}").text
    assert f'href="/gateways/{gateway.id}">Show the gateway&#39;s settings</a>' in administrators


def test_what_waits_for_a_login_waits_as_long_as_meta_takes_it(talk, page):
    page.grants[0].dead_since = utcnow()
    answer, greeting = write(talk).parts[0], writing.write(talk, "Hello", "flow").parts[0]
    db.session.commit()
    stranded.give_up()
    db.session.expire_all()
    assert (answer.state, greeting.state) == ("waiting", "failed")
    talk.customer_wrote_at = utcnow() - timedelta(days=7)
    db.session.commit()
    stranded.give_up()
    db.session.expire_all()
    assert answer.state == "failed"
