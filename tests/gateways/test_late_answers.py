"""Whether Meta approved answers after 24 hours: Meta's API does not tell, so an administrator does."""

import pytest

from tests import cast
from webgateway.db import db, utcnow


@pytest.fixture
def save(as_ada, gateway):
    shown = {"name": "Support", "flow_id": "", "app_id": cast.APP_ID, "app_secret": "", "api_version": ""}
    return lambda **typed: as_ada.post(f"/gateways/{gateway.id}", data={**shown, **typed})


def test_nobody_answers_late_until_an_administrator_says_so(save, as_ada, gateway):
    assert not gateway.may_answer_late
    assert save(late_answers="agents").status_code == 303
    assert gateway.may_answer_late
    assert 'selected value="agents"' in as_ada.get(f"/gateways/{gateway.id}").text
    save()
    assert gateway.may_answer_late, "what was not sent stays"
    save(late_answers="none")
    assert not gateway.may_answer_late


def test_what_meta_refused_is_said_and_can_be_chosen_again(save, as_ada, gateway):
    gateway.human_agent, gateway.human_agent_refused_at = True, utcnow()
    db.session.commit()
    shown = as_ada.get(f"/gateways/{gateway.id}").text
    assert "Meta refused such an answer on" in shown
    assert 'selected value="none"' in shown
    save(late_answers="agents")
    assert gateway.may_answer_late


def test_a_choice_that_is_none_is_refused(save, gateway):
    assert save(late_answers="everybody").status_code == 422
    assert not gateway.human_agent
