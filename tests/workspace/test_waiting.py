"""Who waits in the agent's queues, until somebody takes them or they ring."""

from datetime import timedelta

from tests import cast
from tests.workspace.desk import waits
from webgateway.conversations.offers import Offer
from webgateway.db import db, utcnow
from webgateway.workspace import desk


def test_conversations_that_wait_in_the_agents_queues_are_offered_to_be_taken(as_gail, page, gail):
    mine, others = cast.queue("Sales", gail), cast.queue("Claims", cast.agent("Hugo"))
    for number, queue in enumerate((mine, others)):
        customer = cast.contact(page, f"Customer of {queue.name}", f"10{number}")
        cast.conversation(customer, queue=queue, queued_at=utcnow() - timedelta(minutes=3))
    text = as_gail.get("/workspace/").text
    assert "Customer of Sales" in text
    assert "Customer of Claims" not in text
    assert "<span data-waiting>1</span>" in text


def test_what_rings_at_somebody_does_not_wait(as_gail, page, gail):
    queue = cast.queue("Sales", gail, cast.agent("Hugo"))
    rings, _ = waits(page, queue), waits(page, queue)
    before = desk.of(gail).tokens["queued"]
    db.session.add(Offer(conversation=rings, user=cast.person("Hugo"), expires_at=utcnow()))
    db.session.commit()
    text = as_gail.get("/workspace/").text
    assert "<span data-waiting>1</span>" in text
    assert text.count('id="waits-') == 1
    assert desk.of(gail).tokens["queued"] != before


def test_who_has_waited_for_a_moment_only_is_about_to_ring_and_does_not_wait(as_gail, page, gail):
    waits(page, cast.queue("Sales", gail), minutes=0)
    assert desk.of(gail).waiting == 0
    assert "Nobody waits." in as_gail.get("/workspace/").text


def test_where_nothing_rings_by_itself_one_waits_at_once(as_gail, page, gail):
    waits(page, cast.queue("Sales", gail, rule="by_hand"), minutes=0)
    assert desk.of(gail).waiting == 1
    assert 'id="waits-' in as_gail.get("/workspace/").text


def test_the_list_of_who_waits_is_brought_anew_when_as_many_others_do(page, gail):
    queue = cast.queue("Sales", gail)
    first = waits(page, queue)
    before = desk.of(gail).tokens["queued"]
    first.agent = cast.agent("Hugo")
    waits(page, queue)
    db.session.commit()
    assert desk.of(gail).waiting == 1
    assert desk.of(gail).tokens["queued"] != before
