"""A conversation leaves an agent's desk: transferred, or closed."""

from datetime import timedelta

import pytest

from tests import cast
from webgateway.conversations.offers import Offer
from webgateway.conversations.reasons import ClosingReason
from webgateway.db import db, utcnow

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def done(app) -> ClosingReason:
    reason = ClosingReason(tenant_id=cast.tenant().id, name="Order found")
    db.session.add(reason)
    db.session.commit()
    return reason


def test_one_may_choose_a_queue_or_a_colleague_who_is_ready(as_gail, peter):
    cast.queue("Claims")
    cast.agent("Hugo")
    cast.agent("Iris", state="not_ready")
    cast.agent("Jan", seen_at=None)
    answer = as_gail.fragment(f"/workspace/{peter.id}/transfer")
    assert "<dialog" in answer.text
    for words in ("Claims", "General", "Hugo (0 of 4)"):
        assert words in answer.text
    for words in ("Iris", "Jan", "Gail ("):
        assert words not in answer.text


def test_to_a_queue(as_gail, peter):
    claims = cast.queue("Claims")
    form = {"to": f"queue-{claims.id}", "note": "He wants his money back."}
    answer = as_gail.post(f"/workspace/{peter.id}/transfer", data=form, headers=PART)
    assert answer.headers["HX-Push-Url"] == "/workspace/"
    assert (peter.queue, peter.agent) == (claims, None)
    assert "He wants his money back." in as_gail.get(f"/workspace/{peter.id}").text


def test_to_a_colleague_at_whom_it_rings(as_gail, peter):
    hugo = cast.agent("Hugo")
    answer = as_gail.post(f"/workspace/{peter.id}/transfer", data={"to": f"agent-{hugo.id}"})
    assert (answer.status_code, answer.location) == (303, "/workspace/")
    offer = db.session.scalars(db.select(Offer)).one()
    assert (offer.user, offer.outcome) == (hugo, "ringing")


@pytest.mark.parametrize("to", ["", "queue-4711", "agent-4711", "nonsense", "agent-{rita}"])
def test_to_nobody_is_refused(as_gail, peter, to):
    cast.queue("Claims")
    form = {"to": to.format(rita=cast.person("Rita").id), "note": "Please"}
    for headers in ({}, PART):
        answer = as_gail.post(f"/workspace/{peter.id}/transfer", data=form, headers=headers)
        assert answer.status_code == 422
        assert 'aria-describedby="transfer-error"' in answer.text
        assert "Please" in answer.text
    assert peter.agent == cast.person("Gail")


def test_a_refused_transfer_stays_in_its_dialog(as_gail, peter):
    answer = as_gail.post(f"/workspace/{peter.id}/transfer", data={}, headers=PART)
    assert answer.headers["HX-Retarget"] == "#dialog"


def test_without_reasons_a_conversation_is_closed_at_once(as_gail, peter):
    assert "Close…" not in as_gail.get(f"/workspace/{peter.id}").text
    answer = as_gail.post(f"/workspace/{peter.id}/closure", headers=PART)
    assert answer.headers["HX-Push-Url"] == "/workspace/"
    assert 'data-talk="' not in answer.text
    assert (peter.is_open, peter.closed_by) == (False, cast.person("Gail"))


def test_with_reasons_one_is_asked_for(as_gail, peter, done):
    assert "Close…" in as_gail.get(f"/workspace/{peter.id}").text
    assert "Order found" in as_gail.fragment(f"/workspace/{peter.id}/closure").text
    for form in ({}, {"reason_id": "4711"}, {"reason_id": "x"}):
        for headers in ({}, PART):
            answer = as_gail.post(f"/workspace/{peter.id}/closure", data=form, headers=headers)
            assert answer.status_code == 422
            assert "Choose why it ends." in answer.text
    assert peter.is_open
    answer = as_gail.post(f"/workspace/{peter.id}/closure", data={"reason_id": done.id})
    assert answer.location == "/workspace/"
    assert peter.closing_reason == done


def test_a_reason_that_is_no_longer_offered_is_not_taken(as_gail, peter, done):
    done.offered = False
    db.session.add(ClosingReason(tenant_id=cast.tenant().id, name="Other"))
    db.session.commit()
    assert as_gail.post(f"/workspace/{peter.id}/closure", data={"reason_id": done.id}).status_code == 422


def test_what_is_over_is_still_read_in_the_workspace(as_gail, peter):
    as_gail.post(f"/workspace/{peter.id}/closure")
    text = as_gail.get(f"/workspace/{peter.id}").text
    assert "This conversation is closed." in text
    assert "data-send-on-enter" not in text


@pytest.mark.parametrize("what", ["transfer", "closure"])
def test_it_needs_the_right_and_the_tenant(as_nora, as_rita, visitor, peter, what):
    path = f"/workspace/{peter.id}/{what}"
    for verb in ("get", "post"):
        assert getattr(as_nora, verb)(path).status_code == 403
        assert getattr(as_rita, verb)(path).status_code == 404
        assert "/login" in getattr(visitor, verb)(path).location


def test_whoever_closed_it_by_mistake_opens_it_again_at_once(as_gail, peter):
    answer = as_gail.post(f"/workspace/{peter.id}/closure", headers=PART)
    assert "The conversation with Peter Chang is closed." in answer.text
    assert f'hx-delete="/workspace/{peter.id}/closure"' in answer.text


def test_where_it_cannot_be_opened_again_that_is_not_offered(as_gail, peter):
    peter.customer_wrote_at = utcnow() - timedelta(days=2)
    answer = as_gail.post(f"/workspace/{peter.id}/closure", headers=PART)
    assert "hx-delete" not in answer.text
