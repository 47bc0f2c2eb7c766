"""A conversation changes hands: handed over, transferred, answered by whoever is first, left behind."""

from datetime import timedelta

import pytest

from tests import cast
from tests.workspace.desk import a_round, agent_of, busy, notes, outcomes, passes, ringing, rings, waits
from webgateway.conversations import queueing
from webgateway.conversations.queueing import CLOSED, SERVED
from webgateway.db import db, utcnow
from webgateway.users.models import Role
from webgateway.workspace import offering


@pytest.fixture
def gail(app):
    return cast.agent("Gail")


@pytest.fixture
def sales(gail):
    return cast.queue("Sales", gail)


@pytest.fixture
def service(app):
    return cast.queue("Service", cast.agent("Hugo"))


@pytest.fixture
def talk(page, gail, sales):
    """Gail has it; the customer had waited two minutes."""
    talk = waits(page, sales, 2)
    a_round()
    offering.accept(ringing(talk))
    db.session.commit()
    return talk


def transfer(talk, **to):
    problem = queueing.transfer(talk, by=cast.person("Gail"), **to)
    db.session.commit()
    db.session.expire_all()
    return problem


def test_a_flow_hands_over_to_a_queue_and_is_done(page, sales, talk):
    talk.part = "menu"
    queueing.hand_over(talk, sales, priority=1)
    db.session.commit()
    assert (talk.queue, talk.agent, talk.part, talk.priority) == (sales, None, None, 1)


def test_transferred_to_a_queue_it_waits_there_before_those_nobody_has_talked_to(page, talk, service, gail):
    waited, before = talk.waited_seconds, agent_of(gail).idle_since
    urgent = waits(page, service, 60, priority=1)
    agent_of(cast.person("Hugo")).most = 1
    assert transfer(talk, queue=service, note="Wants a refund") is None
    assert (talk.queue, talk.agent, talk.priority, talk.waited_seconds) == (service, None, SERVED, waited)
    assert notes(talk)[-1] == "Gail transferred this conversation to Service.\nWants a refund"
    assert agent_of(gail).idle_since > before
    a_round()
    assert talk.id in rings()
    assert urgent.id not in rings()


def test_the_wait_before_and_after_a_transfer_add_up(talk, service):
    transfer(talk, queue=service)
    talk.queued_at = utcnow() - timedelta(minutes=3)
    a_round()
    offering.accept(ringing(talk))
    assert 295 < talk.waited_seconds < 310


def test_who_waits_still_keeps_their_wait(page, sales, service):
    talk = waits(page, sales, 9)
    since = talk.queued_at
    transfer(talk, queue=service)
    assert talk.queued_at == since


def test_transferred_to_an_agent_it_rings_at_them(talk, service, sales):
    assert transfer(talk, agent=cast.person("Hugo")) is None
    assert rings() == {talk.id: "Hugo"}
    assert (talk.queue, talk.agent) == (sales, None)
    assert notes(talk)[-1] == "Gail transferred this conversation to Hugo."
    assert offering.accept(ringing(talk)) is None
    assert talk.agent == cast.person("Hugo")


def test_what_they_decline_waits_in_its_queue_and_does_not_come_back_at_once(talk, service):
    transfer(talk, agent=cast.person("Hugo"))
    offering.decline(ringing(talk))
    db.session.commit()
    assert a_round() is None
    passes(seconds=31)
    a_round()
    assert rings() == {talk.id: "Gail"}


def test_a_colleague_comes_before_whoever_passed_it_on(page, talk, sales, service):
    sales.members.append(cast.person("Hugo"))
    busy(page, cast.person("Hugo"), 3)
    transfer(talk, queue=sales)
    passes(minutes=1)
    a_round()
    assert rings() == {talk.id: "Hugo"}


def test_what_rings_may_be_transferred_and_rings_there_only(page, sales, service):
    talk = waits(page, sales)
    a_round()
    transfer(talk, agent=cast.person("Hugo"))
    assert outcomes(talk) == [("Gail", "withdrawn"), ("Hugo", "ringing")]
    transfer(talk, queue=service)
    assert rings() == {}


@pytest.mark.parametrize("why", ["not ready", "workspace closed", "switched off", "never an agent"])
def test_nothing_is_transferred_to_who_cannot_answer(talk, service, why):
    hugo = cast.person("Hugo")
    if why == "not ready":
        agent_of(hugo).state = "not_ready"
    elif why == "workspace closed":
        agent_of(hugo).seen_at = utcnow() - timedelta(minutes=2)
    elif why == "switched off":
        hugo.active = False
    else:
        hugo = cast.person("Ada")
    db.session.commit()
    assert "is not ready" in transfer(talk, agent=hugo)
    assert talk.agent == cast.person("Gail")


def test_nothing_is_transferred_to_nowhere_or_to_whom_it_is_or_when_closed(talk, gail, sales):
    assert transfer(talk) == queueing.NOWHERE
    assert transfer(talk, agent=gail) == "Gail has this conversation already."
    talk.closed_at = utcnow()
    assert transfer(talk, queue=sales) == CLOSED
    assert len(notes(talk)) == 1


def test_whoever_answers_first_has_the_conversation(as_gail, page, sales):
    talk = waits(page, sales, 2, part="agents")
    a_round()
    answer = as_gail.post(f"/conversations/{talk.id}/messages", data={"text": "Hello!", "key": "1"})
    assert answer.status_code == 303
    assert (talk.agent, talk.part) == (cast.person("Gail"), None)
    assert outcomes(talk) == [("Gail", "accepted")]
    assert 115 < talk.waited_seconds < 130


def test_who_helps_out_does_not_take_it_from_its_agent(as_sam, talk):
    as_sam.post(f"/conversations/{talk.id}/messages", data={"text": "Hello!", "key": "1"})
    assert talk.agent == cast.person("Gail")


def test_closing_what_rings_withdraws_it(as_sam, page, sales):
    talk = waits(page, sales)
    a_round()
    as_sam.post(f"/conversations/{talk.id}/closure")
    assert outcomes(talk) == [("Gail", "withdrawn")]


class TestWhoLeaves:
    @pytest.fixture
    def back(self, talk):
        """What Gail had is in its queue again, and she is not ready."""

        def look(ringing=None) -> bool:
            db.session.expire_all()
            assert talk.agent_id is None
            assert (talk.queue.name, talk.priority) == ("Sales", SERVED)
            assert notes(talk)[-1] == "Gail is no longer here. This conversation waits for somebody else."
            if ringing:
                assert outcomes(ringing) == [("Gail", "withdrawn")]
            return True

        return look

    def test_switched_off_their_conversations_wait_for_others(self, as_ada, page, talk, sales, gail, back):
        rang = waits(page, sales)
        a_round()
        done = busy(page, gail)[0]
        done.closed_at = utcnow()
        db.session.commit()
        as_ada.delete(f"/users/{gail.id}/activation")
        assert back(rang)
        assert agent_of(gail).state == "not_ready"
        assert done.agent == gail

    def test_deleted_their_conversations_wait_for_others(self, as_ada, gail, back):
        assert as_ada.delete(f"/users/{gail.id}").status_code == 303
        assert back()

    def test_without_the_role_their_conversations_wait_for_others(self, as_ada, gail, back):
        nothing = db.session.scalars(db.select(Role).where(Role.name == "nothing")).one()
        data = {"name": "Gail", "email": gail.email, "time_zone": "", "roles": [nothing.id]}
        assert as_ada.post(f"/users/{gail.id}", data=data).status_code == 303
        assert back()

    def test_when_their_role_loses_the_right_their_conversations_wait_for_others(self, as_ada, gail, back):
        role = Role(name="Chat", tenant_id=gail.tenant_id, permissions=["conversations:edit"])
        db.session.add(role)
        gail.roles = [role]
        db.session.commit()
        data = {"name": "Chat", "rights": ["conversations:read"]}
        assert as_ada.post(f"/roles/{role.id}", data=data).status_code == 303
        assert back()

    def test_who_only_gets_another_name_keeps_theirs(self, as_ada, gail, talk):
        data = {"name": "Gail Grey", "email": gail.email, "time_zone": "", "roles": [gail.roles[0].id]}
        assert as_ada.post(f"/users/{gail.id}", data=data).status_code == 303
        assert talk.agent == gail

    def test_what_had_no_queue_waits_in_the_general_one(self, as_ada, page, gail):
        talk = busy(page, gail)[0]
        as_ada.delete(f"/users/{gail.id}/activation")
        assert talk.queue.general
        assert talk.agent_id is None

    def test_the_cost_does_not_grow_with_what_they_had(self, as_ada, page, gail, count_queries):
        busy(page, gail, 1)
        with count_queries() as few:
            as_ada.delete(f"/users/{gail.id}/activation")
        as_ada.post(f"/users/{gail.id}/activation")
        busy(page, gail, 20)
        with count_queries() as many:
            as_ada.delete(f"/users/{gail.id}/activation")
        assert len(_looks(many)) <= len(_looks(few)) + 1


def _looks(queries: list[str]) -> list[str]:
    """All but the notes, one of which is written for each."""
    return [query for query in queries if not query.startswith("INSERT INTO messages")]
