"""An agent is ready or not, and says why not."""

from tests import cast
from webgateway.db import db
from webgateway.queues.models import Agent
from webgateway.workspace import agents

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


def gail() -> Agent:
    return db.session.scalars(db.select(Agent).filter_by(user=cast.person("Gail"))).one()


def test_whoever_presses_ready_is(as_gail):
    answer = as_gail.post("/workspace/readiness", headers=PART)
    assert answer.status_code == 200
    assert 'id="bar"' in answer.text
    assert gail().state == "ready"
    assert as_gail.post("/workspace/readiness").location == "/workspace/"


def test_whoever_is_not_ready_may_say_why(as_gail):
    cast.agent("Gail")
    answer = as_gail.post("/workspace/readiness?_method=DELETE", data={"reason": "Lunch"})
    assert answer.location == "/workspace/"
    assert (gail().state, gail().state_reason) == ("not_ready", "Lunch")
    assert "Not ready: Lunch" in as_gail.get("/workspace/").text


def test_a_reason_is_short_and_on_one_line(as_gail):
    as_gail.post("/workspace/readiness?_method=DELETE", data={"reason": "a\n\0" * 100})
    assert len(gail().state_reason) == 60
    as_gail.post("/workspace/readiness?_method=DELETE", data={"reason": " "})
    assert gail().state_reason is None


def test_whoever_logs_out_is_not_ready_and_no_longer_here(as_gail):
    cast.agent("Gail")
    as_gail.post("/logout")
    assert (gail().state, gail().seen_at) == ("not_ready", None)


def test_whoever_was_never_at_work_may_log_out(as_gail):
    assert as_gail.post("/logout").status_code == 302


def test_without_the_right_one_has_no_state(as_nora, visitor):
    assert as_nora.post("/workspace/readiness").status_code == 403
    assert "/login" in visitor.post("/workspace/readiness").location


def test_whoever_is_made_not_ready_sees_it_at_the_top(as_gail):
    cast.agent("Gail", "ready")
    assert '<button id="be-ready" class="button on"' in as_gail.fragment("/workspace/desk").text
    agents.make_not_ready([cast.person("Gail").id], agents.MISSED)
    db.session.commit()
    text = as_gail.fragment("/workspace/desk").text
    assert '<button id="be-ready" class="button"' in text
    assert "Not ready: Missed a call" in text
    assert 'id="bar" class="workspace-bar" hx-swap-oob="outerMorph"' in text
