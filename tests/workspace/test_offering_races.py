"""Two at once, each in a transaction of its own: one wins, the other is told, nothing is there twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import cast
from tests.workspace.desk import a_round, agent_of, outcomes, ringing, rings, waits
from webgateway.conversations import closing, queueing
from webgateway.conversations.models import Conversation
from webgateway.conversations.offers import Offer
from webgateway.db import db, utcnow
from webgateway.queues.models import Agent
from webgateway.users.models import User
from webgateway.workspace import agents, offering

TIMES = 5


@pytest.fixture
def sales(app):
    return cast.queue("Sales", cast.agent("Gail", most=100))


def accepting(offer: Offer) -> Callable:
    offer_id = offer.id
    return lambda: offering.accept(db.session.get_one(Offer, offer_id))


def taking(conversation: Conversation, user: User) -> Callable:
    conversation_id, user_id = conversation.id, user.id
    return lambda: offering.take(
        db.session.get_one(Conversation, conversation_id), db.session.get_one(User, user_id)
    )


def closes(conversation: Conversation) -> Callable:
    conversation_id = conversation.id

    def close() -> None:
        talk = db.session.scalar(db.select(Conversation).filter_by(id=conversation_id).with_for_update())
        closing.close(talk)

    return close


def expiring() -> None:
    found = offering.claim()
    if found:
        offering.work(found)


def test_two_workers_ring_once(page, sales, at_once):
    for agent in (cast.agent(name, most=3) for name in ("Hugo", "Iris")):
        sales.members.append(agent)
    agent_of(cast.person("Gail")).most = 3
    talks = [waits(page, sales) for _ in range(12)]
    plans = [offering.claim()] * 3
    at_once(*(lambda plan=plan: offering.work(plan) for plan in plans))
    while a_round():
        pass
    assert len(rings()) == 9
    assert sorted(rings().values()) == ["Gail"] * 3 + ["Hugo"] * 3 + ["Iris"] * 3
    assert all(len(outcomes(talk)) <= 1 for talk in talks)


def test_a_form_sent_twice_accepts_once(page, sales, at_once):
    for _ in range(TIMES):
        talk = waits(page, sales)
        a_round()
        accept = accepting(ringing(talk))
        assert at_once(accept, accept) == [None, None]
        assert outcomes(talk) == [("Gail", "accepted")]


def test_accepting_while_it_runs_out_is_one_of_the_two(page, sales, at_once):
    for _ in range(TIMES):
        agent_of(cast.person("Gail")).state = "ready"
        talk = waits(page, sales)
        a_round()
        offer = ringing(talk)
        offer.expires_at = utcnow() - timedelta(seconds=1)
        told, _ = at_once(accepting(offer), expiring)
        if told is None:
            assert talk.agent is not None
            assert outcomes(talk) == [("Gail", "accepted")]
            assert agent_of(cast.person("Gail")).state == "ready"
        else:
            assert talk.agent_id is None
            assert outcomes(talk) == [("Gail", "expired")]
        closing.close(talk)
        db.session.commit()


def test_accepting_while_it_is_closed_is_one_after_the_other(page, sales, at_once):
    for _ in range(TIMES):
        talk = waits(page, sales)
        a_round()
        told, _ = at_once(accepting(ringing(talk)), closes(talk))
        assert not talk.is_open
        assert (talk.agent_id is None) == (told is not None)
        assert outcomes(talk) == [("Gail", "withdrawn" if told else "accepted")]


def test_two_who_take_the_same_get_it_once(page, sales, at_once):
    gail, hugo = cast.person("Gail"), cast.agent("Hugo")
    for _ in range(TIMES):
        talk = waits(page, sales)
        told = at_once(taking(talk, gail), taking(talk, hugo))
        assert told.count(None) == 1
        assert talk.agent == (gail if told[0] is None else hugo)
        assert talk.agent.display_name in (told[1] or told[0])
        closing.close(talk)


def test_who_takes_many_at_once_gets_no_more_than_they_may(page, sales, at_once):
    hugo = cast.agent("Hugo", most=2)
    talks = [waits(page, sales) for _ in range(4)]
    told = at_once(*(taking(talk, hugo) for talk in talks))
    assert told.count(None) == 2
    assert agents.load(hugo) == 2


def test_taking_while_a_worker_rings_it_leaves_nothing_ringing(page, sales, at_once):
    hugo = cast.agent("Hugo")
    for _ in range(TIMES):
        talk = waits(page, sales)
        plan = offering.claim()
        told = at_once(taking(talk, hugo), lambda plan=plan: offering.work(plan))
        assert told[0] is None
        assert talk.agent == hugo
        assert talk.id not in rings()
        closing.close(talk)


def test_a_transfer_while_it_is_accepted_leaves_one_state(page, sales, at_once):
    hugo, sam = cast.agent("Hugo"), cast.person("Sam")
    for _ in range(TIMES):
        talk = waits(page, sales)
        a_round()

        def to_hugo(ids=(talk.id, hugo.id, sam.id)):  # type: ignore[no-untyped-def]
            found = db.session.get_one(Conversation, ids[0])
            agent, by = db.session.get_one(User, ids[1]), db.session.get_one(User, ids[2])
            return queueing.transfer(found, agent=agent, by=by)

        told, problem = at_once(accepting(ringing(talk)), to_hugo)
        assert problem is None
        assert talk.agent_id is None
        assert rings()[talk.id] == "Hugo"
        assert outcomes(talk)[0] == ("Gail", "withdrawn" if told else "accepted")
        closing.close(talk)


def test_not_ready_while_it_rings_leaves_nothing_ringing_or_is_told_in_time(page, sales, at_once):
    gail = agent_of(cast.person("Gail"))

    def leave(agent_id: int = gail.id) -> None:
        agents.set_state(db.session.get_one(Agent, agent_id), "not_ready")

    for _ in range(TIMES):
        agents.set_state(gail, "ready")
        talk = waits(page, sales)
        a_round()
        told = at_once(accepting(ringing(talk)), leave)[0]
        assert rings() == {}
        assert outcomes(talk) == [("Gail", "declined" if told else "accepted")]
        closing.close(talk)


def test_an_agent_who_opens_two_windows_at_once_is_one_agent(app, at_once):
    user_id = cast.person("Gail").id

    def of() -> int:
        return agents.of(db.session.get_one(User, user_id)).id

    assert len(set(at_once(of, of, of))) == 1
