"""Adding and editing a queue."""

import pytest

from tests import cast
from tests.databases import take_in_the_same_moment
from webgateway.db import db
from webgateway.queues import founding
from webgateway.queues.models import Queue

SALES = {"name": "Sales", "rule": "round_robin", "answer_seconds": "45"}


@pytest.fixture
def gail(app):
    return cast.person("Gail")


def named(name: str) -> Queue | None:
    return db.session.scalars(db.select(Queue).filter_by(name=name, tenant=cast.tenant())).one_or_none()


def test_a_queue_is_added_with_its_members(as_sam, gail):
    page = as_sam.get("/queues/new").text
    for words in ("Longest idle", "In turn", "By hand", "Gail", "Everybody who may answer customers"):
        assert words in page
    assert "Nora" not in page
    assert "Rita" not in page
    answer = as_sam.post("/queues/new", data={**SALES, "members": [gail.id]})
    assert answer.location == "/queues/"
    queue = named("Sales")
    assert (queue.rule, queue.answer_seconds, queue.everybody) == ("round_robin", 45, False)
    assert queue.members == [gail]
    assert not queue.general
    assert "The queue Sales is there. Choose it in a flow." in as_sam.get("/queues/").text


def test_a_queue_of_everybody_needs_no_members(as_sam):
    as_sam.post("/queues/new", data={**SALES, "everybody": "y"})
    assert named("Sales").everybody


def test_it_is_edited(as_sam, gail):
    queue = cast.queue("Sales", gail, cast.agent("Hugo"))
    page = as_sam.get(f"/queues/{queue.id}").text
    assert page.count(" checked") == 3  # the rule and two members
    answer = as_sam.post(
        f"/queues/{queue.id}", data={**SALES, "name": "Selling", "members": [cast.person("Hugo").id]}
    )
    assert answer.location == "/queues/"
    assert queue.name == "Selling"
    assert queue.members == [cast.person("Hugo")]


def test_a_member_who_was_switched_off_stays_until_unticked(as_sam, gail):
    queue = cast.queue("Sales", gail)
    gail.active = False
    db.session.commit()
    as_sam.post(f"/queues/{queue.id}", data={**SALES, "members": [gail.id]})
    assert queue.members == [gail]


def test_the_general_queue_is_edited_as_others_are_and_says_what_it_is(as_sam):
    general = founding.general(cast.tenant().id)
    assert "it cannot be deleted" in as_sam.get(f"/queues/{general.id}").text
    as_sam.post(f"/queues/{general.id}", data={**SALES, "name": "Reception", "everybody": "y"})
    assert (general.name, general.rule, general.general) == ("Reception", "round_robin", True)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": " "}, "Give the queue a name."),
        ({"name": "x" * 121}, "Field cannot be longer than 120 characters."),
        ({"name": "general"}, "There is a queue of this name already."),
        ({"rule": "loudest"}, "Not a valid choice"),
        ({"answer_seconds": "4"}, "Between 5 and 300 seconds."),
        ({"answer_seconds": "301"}, "Between 5 and 300 seconds."),
        ({"answer_seconds": ""}, "Between 5 and 300 seconds."),
        ({"answer_seconds": "soon"}, "Not a valid integer value"),
        ({"everybody": ""}, "Choose who is in it, or everybody"),
        ({"members": ["999999"]}, "not a valid choice"),
        ({"members": ["x"]}, "Invalid choice(s)"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(as_sam, given, words):
    answer = as_sam.post("/queues/new", data={**SALES, "everybody": "y", **given})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert named("Sales") is None


def test_what_was_typed_is_not_lost(as_sam, gail):
    answer = as_sam.post(
        "/queues/new", data={**SALES, "name": "Orders", "answer_seconds": "1", "members": [gail.id]}
    )
    assert 'value="Orders"' in answer.text
    assert 'value="1"' in answer.text
    assert answer.text.count(" checked") == 2


def test_a_refused_edit_keeps_the_queue_and_its_heading(as_sam, gail):
    queue = cast.queue("Sales", gail)
    answer = as_sam.post(f"/queues/{queue.id}", data={**SALES, "name": "General", "everybody": "y"})
    assert answer.status_code == 422
    assert "<h1>Sales</h1>" in answer.text
    assert queue.name == "Sales"


def test_a_name_taken_in_the_same_moment_is_refused(as_sam):
    take_in_the_same_moment("queues")
    answer = as_sam.post("/queues/new", data={**SALES, "everybody": "y"})
    assert answer.status_code == 422
    assert "There is a queue of this name already." in answer.text


def test_nobody_of_another_tenant_becomes_a_member(as_sam):
    answer = as_sam.post("/queues/new", data={**SALES, "members": [cast.person("Rita").id]})
    assert answer.status_code == 422


def test_the_name_may_be_one_of_another_tenant(as_rita):
    cast.queue("Sales", everybody=True)
    assert as_rita.post("/queues/new", data={**SALES, "everybody": "y"}).status_code == 303


def test_another_tenants_queue_is_not_there(as_rita, gail):
    queue = cast.queue("Sales", gail)
    assert as_rita.get(f"/queues/{queue.id}").status_code == 404
    assert as_rita.post(f"/queues/{queue.id}", data=SALES).status_code == 404


def test_agents_do_not_edit_queues(as_gail, gail):
    queue = cast.queue("Sales", gail)
    assert as_gail.get("/queues/new").status_code == 403
    assert as_gail.post("/queues/new", data=SALES).status_code == 403
    assert as_gail.get(f"/queues/{queue.id}").status_code == 403
    assert as_gail.post(f"/queues/{queue.id}", data=SALES).status_code == 403


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_page(visitor):
    assert visitor.get("/queues/new").location.startswith("/login")
