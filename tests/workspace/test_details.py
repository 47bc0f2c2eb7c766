"""What is known of the customer: what they gave, where they came from, what they pressed, what was before."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from tests import cast
from webgateway.conversations import thread
from webgateway.conversations.facts import Fact
from webgateway.conversations.models import Conversation
from webgateway.db import db, utcnow

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def address(peter) -> Fact:
    fact = Fact(contact=peter.contact, kind="email", value="peter@example.com", source="quick_reply")
    db.session.add(fact)
    db.session.commit()
    return fact


def facts() -> list[tuple[str, str, str]]:
    return [
        (one.kind, one.value, one.source) for one in db.session.scalars(db.select(Fact).order_by(Fact.id))
    ]


def test_what_the_customer_gave_stands_with_where_it_came_from(as_gail, peter, address):
    text = as_gail.get(f"/workspace/{peter.id}").text
    for words in ("peter@example.com", "By quick reply"):
        assert words in text


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [("email", " Peter@EXAMPLE.com ", "Peter@example.com"), ("phone", "+44 20 7946 0958", "+442079460958")],
)
def test_an_agent_writes_down_what_was_told(as_gail, peter, kind, typed, kept):
    answer = as_gail.post(f"/workspace/{peter.id}/facts", data={"kind": kind, "value": typed}, headers=PART)
    assert kept in answer.text
    assert facts() == [(kind, kept, "agent")]
    again = as_gail.post(f"/workspace/{peter.id}/facts", data={"kind": kind, "value": typed})
    assert again.location == f"/workspace/{peter.id}#details"
    assert len(facts()) == 1


@pytest.mark.parametrize(
    ("kind", "typed"), [("email", "peter at home"), ("phone", "12"), ("age", "7"), ("email", "")]
)
def test_what_is_none_is_refused_and_not_lost(as_gail, peter, kind, typed):
    for headers in ({}, PART):
        form = {"kind": kind, "value": typed}
        answer = as_gail.post(f"/workspace/{peter.id}/facts", data=form, headers=headers)
        assert answer.status_code == 422
        if kind != "age":
            assert f'aria-describedby="new-{kind}-error"' in answer.text
            assert typed in answer.text
    assert facts() == []


def test_what_is_wrong_is_corrected(as_gail, peter, address):
    path = f"/workspace/{peter.id}/facts/{address.id}"
    answer = as_gail.post(path, data={"value": "peter.chang@example.com"}, headers=PART)
    assert "peter.chang@example.com" in answer.text
    assert facts() == [("email", "peter.chang@example.com", "agent")]


def test_a_correction_that_is_none_is_refused(as_gail, peter, address):
    path = f"/workspace/{peter.id}/facts/{address.id}"
    answer = as_gail.post(path, data={"value": "peter"})
    assert answer.status_code == 422
    assert f'aria-describedby="fact-value-{address.id}-error"' in answer.text
    assert facts() == [("email", "peter@example.com", "quick_reply")]


def test_what_is_of_no_use_is_removed(as_gail, peter, address):
    path = f"/workspace/{peter.id}/facts/{address.id}"
    assert as_gail.post(f"{path}?_method=DELETE").location == f"/workspace/{peter.id}#details"
    assert facts() == []


def test_another_customers_are_not_there(as_gail, as_rita, page, peter, address):
    maya = cast.conversation(cast.contact(page, "Maya", "11"))
    for client, talk in ((as_gail, maya), (as_rita, peter)):
        path = f"/workspace/{talk.id}/facts/{address.id}"
        assert client.post(path, data={"value": "x@example.com"}).status_code == 404
        assert client.delete(path).status_code == 404
    assert "peter@example.com" not in as_gail.get(f"/workspace/{maya.id}").text


def test_it_needs_the_right(as_nora, peter, address):
    assert as_nora.post(f"/workspace/{peter.id}/facts").status_code == 403
    assert as_nora.delete(f"/workspace/{peter.id}/facts/{address.id}").status_code == 403
    assert as_nora.get(f"/workspace/{peter.id}/details").status_code == 403


@pytest.mark.parametrize("more", [0, thread.STEP])
@pytest.mark.parametrize("address", ["", "/details"])
def test_where_the_customer_came_from_and_what_they_pressed(as_gail, peter, address, more):
    """As well when the thread begins later than they came."""
    ad = {"source": "ADS", "ad_id": "6045246247433", "ref": "spring"}
    cast.message(peter, "Hi", referral=ad, occurred_at=utcnow() - timedelta(hours=1))
    cast.message(peter, "Track my order", kind="postback", payload="TRACK")
    for _ in range(more):
        cast.message(peter, "Hello?")
    page = as_gail.get(f"/workspace/{peter.id}{address}", headers=PART).text
    details = str(BeautifulSoup(page, "html.parser").select_one("#details"))
    for words in ("Came from an ad", "6045246247433", "spring", "Track my order"):
        assert words in details


def test_other_conversations_are_read_five_at_a_time(as_gail, peter):
    for number in range(7):
        closed = {"closed_at": utcnow() - timedelta(days=number), "preview": f"Talk {number}"}
        cast.conversation(peter.contact, **closed)
    details = as_gail.get(f"/workspace/{peter.id}/details", headers=PART).text
    assert details.count("Talk ") == 5
    more = as_gail.get(f"/workspace/{peter.id}/details?others=10", headers=PART).text
    assert more.count("Talk ") == 7
    earlier = db.session.scalars(db.select(Conversation).filter_by(preview="Talk 3")).one()
    assert "This conversation is closed." in as_gail.get(f"/workspace/{earlier.id}").text
