"""What rings is accepted or declined; what waits is taken by hand."""

from datetime import timedelta

import pytest

from tests import cast
from webgateway.conversations.models import Conversation
from webgateway.conversations.offers import Offer
from webgateway.db import db, utcnow

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def peter(page, gail) -> Conversation:
    talk = cast.conversation(cast.contact(page), queue=cast.queue("Sales", gail), queued_at=utcnow())
    cast.message(talk, "Where is my order?")
    return talk


@pytest.fixture
def call(peter, gail) -> Offer:
    """Peter's conversation rings at Gail."""
    offer = Offer(
        conversation_id=peter.id,
        user_id=gail.id,
        queue_id=peter.queue_id,
        expires_at=utcnow() + timedelta(seconds=30),
    )
    db.session.add(offer)
    db.session.commit()
    return offer


def test_a_call_says_who_where_and_what_for_and_how_long_it_rings(as_gail, call):
    text = as_gail.get("/workspace/").text
    for words in ("Peter Chang is calling", "Cisco Dogs", "Sales", "Where is my order?", "data-seconds"):
        assert words in text


def test_an_accepted_call_is_opened(as_gail, call, peter):
    answer = as_gail.post(f"/workspace/offers/{call.id}/acceptance", headers=PART)
    assert answer.headers["HX-Push-Url"] == f"/workspace/{peter.id}"
    assert f'data-conversation="{peter.id}"' in answer.text
    assert "data-send-on-enter" in answer.text
    assert (peter.agent, call.outcome) == (cast.person("Gail"), "accepted")


def test_without_scripts_accepting_leads_to_the_conversation(as_gail, call, peter):
    answer = as_gail.post(f"/workspace/offers/{call.id}/acceptance")
    assert (answer.status_code, answer.location) == (303, f"/workspace/{peter.id}")


def test_a_call_that_is_over_says_where_it_went(as_gail, call, peter):
    call.outcome = "expired"
    db.session.commit()
    answer = as_gail.post(f"/workspace/offers/{call.id}/acceptance")
    assert answer.status_code == 409
    assert "This call is over" in answer.text
    assert "went on to somebody else" in answer.text
    assert peter.agent is None


def test_a_declined_call_rings_no_more(as_gail, call, peter):
    answer = as_gail.post(f"/workspace/offers/{call.id}/refusal", headers=PART)
    assert (answer.status_code, call.outcome) == (200, "declined")
    assert "is calling" not in answer.text
    assert as_gail.post(f"/workspace/offers/{call.id}/refusal").location == "/workspace/"


def test_a_colleagues_call_is_not_there(as_sam, as_rita, as_gail, call):
    for client in (as_sam, as_rita):
        for verb in ("acceptance", "refusal"):
            assert client.post(f"/workspace/offers/{call.id}/{verb}").status_code == 404
    assert as_gail.post("/workspace/offers/4711/acceptance").status_code == 404
    assert call.outcome == "ringing"


def test_one_that_waits_is_taken_by_hand(as_gail, peter):
    answer = as_gail.post(f"/workspace/{peter.id}/assignment", headers=PART)
    assert f'data-conversation="{peter.id}"' in answer.text
    assert peter.agent == cast.person("Gail")


def test_one_that_a_colleague_has_is_not_taken(as_gail, peter):
    peter.agent = cast.agent("Hugo")
    db.session.commit()
    answer = as_gail.post(f"/workspace/{peter.id}/assignment")
    assert answer.status_code == 409
    assert "Hugo has this conversation already." in answer.text
    assert peter.agent.name == "Hugo"


def test_nobody_takes_more_than_they_may(as_gail, peter, page, gail):
    cast.agent("Gail", most=1)
    cast.conversation(cast.contact(page, "Maya", "11"), agent=gail, assigned_at=utcnow())
    answer = as_gail.post(f"/workspace/{peter.id}/assignment")
    assert answer.status_code == 409
    assert "Close one first." in answer.text


def test_without_the_right_or_of_another_tenant_nothing_is_taken(as_nora, as_rita, peter):
    assert as_nora.post(f"/workspace/{peter.id}/assignment").status_code == 403
    assert as_rita.post(f"/workspace/{peter.id}/assignment").status_code == 404
