"""Accepting, declining, taking by hand."""

from datetime import timedelta

import pytest

from tests import cast
from tests.workspace.desk import a_round, agent_of, busy, notes, outcomes, passes, ringing, rings, waits
from webgateway import metrics
from webgateway.conversations import closing
from webgateway.conversations.queueing import CLOSED
from webgateway.db import db, utcnow
from webgateway.workspace import agents, offering
from webgateway.workspace.answering import GONE


@pytest.fixture
def sales(gail):
    return cast.queue("Sales", gail)


@pytest.fixture
def talk(page, sales):
    """It rings at Gail."""
    talk = waits(page, sales, 2, part="agents")
    a_round()
    return talk


def test_accepting_gives_the_conversation_to_whom_it_rang_at(talk, gail):
    before = metrics.offers.labels("accepted")._value.get()
    assert offering.accept(ringing(talk)) is None
    db.session.commit()
    assert talk.agent == gail
    assert talk.assigned_at is not None
    assert talk.part is None
    assert 115 < talk.waited_seconds < 130
    assert outcomes(talk) == [("Gail", "accepted")]
    assert notes(talk) == ["Gail has this conversation now."]
    assert metrics.offers.labels("accepted")._value.get() == before + 1


def test_accepting_twice_changes_nothing(talk, gail):
    offer = ringing(talk)
    offering.accept(offer)
    db.session.commit()
    at = talk.assigned_at
    assert offering.accept(offer) is None
    assert talk.assigned_at == at
    assert len(notes(talk)) == 1


def test_a_moment_too_late_still_counts_while_nobody_else_was_asked(talk, gail):
    passes(seconds=31)
    assert offering.accept(ringing(talk)) is None
    assert talk.agent == gail


def test_what_rang_too_long_cannot_be_accepted(talk):
    offer = ringing(talk)
    passes(seconds=31)
    a_round()
    assert offering.accept(offer) == GONE["expired"]
    assert talk.agent_id is None


def test_what_was_closed_cannot_be_accepted(talk):
    offer = ringing(talk)
    closing.close(talk)
    db.session.commit()
    assert offering.accept(offer) == GONE["withdrawn"]
    assert talk.agent_id is None


def test_what_was_closed_behind_its_back_cannot_be_accepted(talk):
    talk.closed_at = utcnow()
    db.session.commit()
    assert offering.accept(ringing(talk)) == CLOSED
    assert outcomes(talk) == [("Gail", "withdrawn")]


def test_declining_twice_is_declining_once_and_nothing_after_accepting(talk, gail):
    offer = ringing(talk)
    offering.accept(offer)
    offering.decline(offer)
    assert talk.agent == gail
    assert offer.outcome == "accepted"


def test_who_declined_cannot_accept(talk):
    offer = ringing(talk)
    offering.decline(offer)
    offering.decline(offer)
    assert offering.accept(offer) == GONE["declined"]


def test_one_that_waits_may_be_taken_by_hand(page, gail):
    talk = waits(page, cast.queue("Back office", rule="by_hand"))
    assert offering.take(talk, gail) is None
    db.session.commit()
    assert talk.agent == gail
    assert talk.waited_seconds > 0
    assert notes(talk) == ["Gail has this conversation now."]
    assert offering.take(talk, gail) is None
    assert len(notes(talk)) == 1


def test_one_that_rings_at_somebody_may_be_taken_and_rings_no_more(talk):
    hugo = cast.agent("Hugo")
    assert offering.take(talk, hugo) is None
    assert talk.agent == hugo
    assert outcomes(talk) == [("Gail", "withdrawn")]


def test_taking_what_rings_at_oneself_is_accepting_it(talk, gail):
    agent_of(gail).most = 1
    assert offering.take(talk, gail) is None
    assert outcomes(talk) == [("Gail", "accepted")]


def test_one_that_a_colleague_has_cannot_be_taken(talk, gail):
    offering.accept(ringing(talk))
    assert offering.take(talk, cast.agent("Hugo")) == "Gail has this conversation already."
    assert talk.agent == gail


def test_a_closed_one_cannot_be_taken(page, sales, gail):
    assert offering.take(waits(page, sales, closed_at=utcnow()), gail) == CLOSED


def test_nobody_takes_more_than_they_may_have(page, gail, sales):
    busy(page, gail, 4)
    talk = waits(page, sales)
    assert "You have 4 conversations" in offering.take(talk, gail)
    assert talk.agent_id is None


def test_a_supervisor_who_never_was_an_agent_may_take_one(page, sales):
    talk = waits(page, sales)
    assert offering.take(talk, cast.person("Sam")) is None
    assert agents.of(cast.person("Sam")).state == "not_ready"


def test_not_ready_passes_on_what_rings(talk, gail):
    hugo = cast.agent("Hugo")
    talk.queue.members.append(hugo)
    db.session.commit()
    agents.set_state(agents.of(gail), "not_ready", "Lunch")
    db.session.commit()
    assert outcomes(talk) == [("Gail", "declined")]
    a_round()
    assert rings()[talk.id] == "Hugo"


def test_closing_gives_its_agent_a_place_and_says_since_when(page, gail, sales):
    for one in (mine := busy(page, gail, 4)):
        assert one.agent == gail
    agent_of(gail).idle_since = before = utcnow() - timedelta(hours=1)
    talk = waits(page, sales)
    assert a_round() is None
    closing.close(mine[0], gail)
    db.session.commit()
    assert agent_of(gail).idle_since > before
    a_round()
    assert rings() == {talk.id: "Gail"}
