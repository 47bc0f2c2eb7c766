"""Deleting a queue: what waits goes on in the general one."""

import pytest

from tests import cast
from tests.workspace.desk import a_round, busy, ringing, waits
from webgateway.db import db, utcnow
from webgateway.flows.definition import Agents
from webgateway.queues import founding
from webgateway.queues.models import Queue
from webgateway.workspace import offering


@pytest.fixture
def sales(app):
    return cast.queue("Sales", cast.agent("Gail"))


def hands_over_to(queue, **values):
    return {"parts": (Agents(id="a", name="Agents", queue_id=queue.id),), **values}


def test_a_queue_nothing_stands_on_says_so_and_is_deleted(as_sam, sales):
    queue_id = sales.id
    asked = as_sam.get(f"/queues/{queue_id}/deletion").text
    assert "Delete this queue?" in asked
    assert "Nobody waits in it, and no flow hands over to it." in asked
    answer = as_sam.delete(f"/queues/{queue_id}")
    assert answer.location == "/queues/"
    assert db.session.get(Queue, queue_id) is None
    assert "The queue Sales is deleted." in as_sam.get("/queues/").text


def test_the_question_is_a_dialog_over_the_board(as_sam, sales):
    assert as_sam.fragment(f"/queues/{sales.id}/deletion").text.lstrip().startswith("<dialog")
    assert f"/queues/{sales.id}/deletion" in as_sam.get("/queues/").text


def test_what_waits_and_what_agents_have_goes_to_the_general_one(as_sam, page, sales):
    rang = waits(page, sales)
    a_round()
    held, closed = waits(page, sales), waits(page, sales, closed_at=utcnow())
    mine = busy(page, cast.person("Gail"))[0]
    mine.queue = sales
    db.session.commit()
    assert "3 open conversations go to the general queue." in as_sam.get(f"/queues/{sales.id}/deletion").text
    as_sam.post(f"/queues/{sales.id}?_method=DELETE")
    general = founding.general(cast.tenant().id)
    assert rang.queue == held.queue == mine.queue == general
    assert closed.queue is None
    assert offering.accept(ringing(rang)) is None


def test_the_flows_that_use_it_are_named(as_sam, sales):
    cast.flow("Night", **hands_over_to(sales))
    cast.flow("Day")
    draft = cast.flow("Evening")
    draft.go_live(draft.definition).state = "past"
    draft.go_live(cast.flow("Weekend", **hands_over_to(sales)).definition).state = "draft"
    db.session.commit()
    asked = as_sam.get(f"/queues/{sales.id}/deletion").text
    assert "The flows Evening, Night, Weekend hand over to it; from then on to the general queue." in asked


def test_the_general_queue_cannot_be_deleted(as_sam):
    general = founding.general(cast.tenant().id)
    page = as_sam.get("/queues/").text
    assert f"/queues/{general.id}/deletion" not in page
    answer = as_sam.delete(f"/queues/{general.id}")
    assert answer.status_code == 409
    assert "It takes what no other queue does." in answer.text
    assert as_sam.get(f"/queues/{general.id}/deletion").status_code == 409
    assert founding.general(cast.tenant().id) == general


def test_another_tenants_queue_is_not_there(as_rita, sales):
    assert as_rita.get(f"/queues/{sales.id}/deletion").status_code == 404
    assert as_rita.delete(f"/queues/{sales.id}").status_code == 404


def test_who_may_only_edit_deletes_nothing(as_nora, sales):
    cast.person("Nora").roles[0].permissions = ["queues:read", "queues:edit"]
    db.session.commit()
    assert as_nora.delete(f"/queues/{sales.id}").status_code == 403
    assert as_nora.get(f"/queues/{sales.id}/deletion").status_code == 403
