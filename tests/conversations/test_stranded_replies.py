"""A private reply on a page that nobody's login covers: it waits for Reconnect, while Meta takes it."""

from datetime import timedelta

import pytest

from tests import cast
from tests.conversations.sending import SEND, send
from tests.deliveries import PETER
from webgateway.conversations import private_reply, stranded
from webgateway.conversations.models import Part
from webgateway.db import db, utcnow
from webgateway.meta import messages


@pytest.fixture
def joan(page):
    return cast.comment(page)


@pytest.fixture
def part(page, joan) -> Part:
    """Of a reply that was written before the page's only login died."""
    message = private_reply.write(joan, "Three euros.", cast.person("Gail"), None)
    page.grants[0].dead_since = utcnow()
    db.session.commit()
    return message.parts[0]


def written_ago(joan, **ago: float) -> None:
    joan.at = utcnow() - timedelta(**ago)
    db.session.commit()


def give_up(part: Part) -> Part:
    stranded.give_up()
    db.session.expire_all()
    return part


def test_it_is_given_up_when_the_comment_is_seven_days_old(part, joan):
    written_ago(joan, days=7)
    assert give_up(part).state == "failed"
    assert "seven days old" in part.error
    assert "under the post" in part.remedy


def test_metas_24_hours_do_not_end_it(part, joan, page, requests_mock):
    written_ago(joan, days=6, hours=23)
    assert give_up(part).state == "waiting"
    page.grants[0].dead_since = None
    db.session.commit()
    requests_mock.post(SEND, json={"recipient_id": PETER, "message_id": "m_out"})
    assert send().state == "sent"


def test_it_ends_before_meta_would_refuse_it(part, joan):
    written_ago(joan, seconds=(messages.PRIVATE_REPLY - messages.MARGIN / 2).total_seconds())
    assert give_up(part).state == "failed"


def test_what_a_sender_may_still_send_is_left_alone(part, joan, page):
    page.grants[0].dead_since = None
    written_ago(joan, days=8)
    assert give_up(part).state == "waiting", "its page has a login: a sender sees to it"


def test_the_comment_says_why_it_waits_and_until_when(as_ada, part, joan):
    shown = as_ada.get(f"/conversations/comments/{joan.id}").text
    assert "No login lets us write for this page." in shown
    assert "unless the comment is older than seven days by then" in shown
    written_ago(joan, days=7)
    give_up(part)
    assert "until the comment was seven days old" in as_ada.get(f"/conversations/comments/{joan.id}").text
