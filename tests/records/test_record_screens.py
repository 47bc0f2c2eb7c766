"""The page of one record: what is known of a conversation, and all that was said."""

import pytest

from tests import cast
from webgateway.conversations.offers import Offer
from webgateway.db import db, utcnow


@pytest.fixture
def url(told) -> str:
    return f"/records/{told.id}"


def test_it_tells_everything(as_sam, told, url):
    answer = as_sam.get(url)
    assert answer.status_code == 200
    for words in (
        *("Maya Lindqvist", "@maya.l", "Cisco Dogs", "Support", "Welcome", "version 1", "Sales", "Sold"),
        *("Closed by an agent: Gail", "2 min", "4 min", "1 h", "maya@example.com", "by quick reply"),
        *("Do you have the blue anchor lamp?", "Yes, two are left.", "She bought one before"),
    ):
        assert words in answer.text, words


def test_nothing_can_be_done_there(as_sam, told, url):
    cast.message(told, "Not sent", "agent")
    text = as_sam.get(url).text
    assert '<form method="post"' not in text.split('id="content"')[1]


def test_to_whom_it_was_offered(as_sam, told, url):
    sam = cast.person("Sam")
    db.session.add(
        Offer(conversation=told, user=sam, queue=told.queue, expires_at=utcnow(), outcome="declined")
    )
    db.session.commit()
    text = as_sam.get(url).text
    assert "Offered to" in text
    assert "Declined" in text


def test_a_part_is_answered_with_what_was_said(as_sam, url):
    answer = as_sam.fragment(url)
    assert "anchor lamp" in answer.text
    assert "<html" not in answer.text


def test_a_long_one_shows_the_newest_and_what_was_linked_to(as_sam, told, url, monkeypatch):
    first = cast.message(told, "The very first", occurred_at=told.opened_at)
    for number in range(510):
        cast.message(told, f"No {number}")
    assert "The very first" not in as_sam.get(url).text
    assert "Earlier messages" in as_sam.get(url).text
    assert "The very first" in as_sam.get(f"{url}?first={first.id}").text
    assert as_sam.get(f"{url}?shown=99999999999999999999").status_code == 200


def test_another_tenants_is_not_there(as_rita, url):
    assert as_rita.get(url).status_code == 404


def test_without_the_right_it_is_refused(as_gail, url):
    assert as_gail.get(url).status_code == 403


def test_whoever_is_not_signed_in_signs_in_first(visitor, url):
    assert visitor.get(url).status_code == 302


def test_one_that_is_gone_is_not_there(as_sam):
    assert as_sam.get("/records/4711").status_code == 404


def test_the_number_of_queries_stays_the_same(as_sam, told, url, count_queries):
    def queries() -> int:
        with count_queries() as sent:
            as_sam.get(url)
        return len(sent)

    few = queries()
    for number in range(20):
        cast.message(told, f"No {number}", "agent", user=cast.person("Sam"))
        db.session.add(
            Offer(conversation=told, user=cast.person("Ada"), expires_at=utcnow(), outcome="expired")
        )
    db.session.commit()
    assert queries() <= few + 2  # of colleagues who had not been there before
