"""Who is next: the rules of queues, and who is asked at all."""

from datetime import timedelta

import pytest

from tests import cast
from tests.workspace.desk import a_round, agent_of, busy, outcomes, passes, ringing, rings, waits
from webgateway.db import db, utcnow
from webgateway.queues import founding
from webgateway.users.models import Role
from webgateway.workspace import offering


def ago(minutes: float):
    return utcnow() - timedelta(minutes=minutes)


@pytest.fixture
def sales(app):
    return cast.queue("Sales", cast.agent("Gail", idle_since=ago(5)), cast.agent("Hugo", idle_since=ago(9)))


def test_a_conversation_that_waits_rings_for_as_long_as_its_queue_says(page, sales):
    sales.answer_seconds = 45
    talk = waits(page, sales)
    a_round()
    offer = ringing(talk)
    assert offer.user.name == "Hugo"
    assert offer.queue_id == sales.id
    assert (offer.expires_at - offer.offered_at).total_seconds() == 45
    assert talk.agent_id is None
    assert offering.claim() is None


def test_longest_idle_is_who_has_the_fewest_and_of_those_got_none_for_longest(page, sales):
    cast.agent("Iris", idle_since=ago(1))
    sales.members.append(cast.person("Iris"))
    busy(page, cast.person("Hugo"))
    first, second, third, fourth = (waits(page, sales, minutes) for minutes in (9, 8, 7, 6))
    a_round()
    assert [rings()[talk.id] for talk in (first, second, third)] == ["Gail", "Iris", "Hugo"]
    assert fourth.id in rings()


def test_in_turn_is_who_was_asked_longest_ago_however_much_they_have(page, sales):
    sales.rule = "round_robin"
    for name, asked in (("Gail", ago(3)), ("Hugo", ago(2))):
        agent_of(cast.person(name)).offered_at = asked
    busy(page, cast.person("Gail"), 2)
    db.session.commit()
    talks = [waits(page, sales, minutes) for minutes in (4, 3, 2)]
    a_round()
    assert [rings()[talk.id] for talk in talks] == ["Gail", "Hugo", "Gail"]


def test_by_hand_rings_at_nobody(page, sales):
    sales.rule = "by_hand"
    waits(page, sales)
    assert a_round() is None
    assert rings() == {}


def test_the_most_urgent_is_first_then_who_waited_longest(page, sales):
    sales.members.remove(cast.person("Gail"))
    agent_of(cast.person("Hugo")).most = 2
    waits(page, sales, 30)
    urgent, long = waits(page, sales, 1, priority=1), waits(page, sales, 60)
    waits(page, sales, 90, priority=-1)
    a_round()
    assert set(rings()) == {urgent.id, long.id}


def test_nobody_gets_more_than_they_take_at_the_same_time_ringing_ones_counted(page, sales):
    for name in ("Gail", "Hugo"):
        agent_of(cast.person(name)).most = 3
        busy(page, cast.person(name), 2)
    for _ in range(5):
        waits(page, sales)
    a_round()
    assert sorted(rings().values()) == ["Gail", "Hugo"]
    assert a_round() is None


def test_a_closed_conversation_takes_no_place(page, sales):
    for name in ("Gail", "Hugo"):
        agent_of(cast.person(name)).most = 1
        busy(page, cast.person(name))[0].closed_at = utcnow()
    waits(page, sales)
    a_round()
    assert len(rings()) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"held_until": utcnow() + timedelta(hours=9)},
        {"closed_at": utcnow()},
        {"owner_app_id": "263902037430900"},
        {"queue": None},
    ],
    ids=["held", "closed", "another app's", "with its flow"],
)
def test_what_does_not_wait_for_us_does_not_ring(page, sales, values):
    waits(page, sales, **values)
    a_round()
    assert rings() == {}


def test_what_was_held_rings_when_its_hour_has_come(page, sales):
    talk = waits(page, sales, held_until=ago(1))
    a_round()
    assert talk.id in rings()


def test_only_members_are_asked(page, sales):
    cast.agent("Iris", idle_since=ago(600))
    waits(page, sales)
    a_round()
    assert [*rings().values()] == ["Hugo"]


def test_a_queue_of_everybody_asks_whoever_may_answer(page, app):
    cast.agent("Nora", idle_since=ago(600))
    cast.agent("Gail")
    waits(page, founding.general(cast.tenant().id))
    a_round()
    assert [*rings().values()] == ["Gail"]


def test_nobody_of_another_tenant_is_asked(page, app):
    cast.agent("Rita", idle_since=ago(600))
    waits(page, founding.general(cast.tenant().id))
    assert a_round() is None


@pytest.mark.parametrize("why", ["not ready", "workspace closed", "switched off", "without the right"])
def test_who_cannot_answer_is_not_asked(page, why):
    gail = cast.agent("Gail")
    sales = cast.queue("Sales", gail)
    if why == "not ready":
        agent_of(gail).state = "not_ready"
    elif why == "workspace closed":
        agent_of(gail).seen_at = ago(2)
    elif why == "switched off":
        gail.active = False
    else:
        gail.roles = [db.session.scalars(db.select(Role).where(Role.name == "nothing")).one()]
    db.session.commit()
    waits(page, sales)
    a_round()
    assert rings() == {}


def test_a_workspace_that_is_closed_makes_its_agent_not_ready(app):
    gail, hugo = cast.agent("Gail", seen_at=ago(1.1)), cast.agent("Hugo", seen_at=ago(0.9))
    a_round()
    assert (agent_of(gail).state, agent_of(gail).state_reason) == ("not_ready", "Workspace closed")
    assert agent_of(hugo).state == "ready"


def test_what_nobody_answers_goes_on_to_the_next_and_whoever_missed_it_is_not_ready(page, sales):
    talk = waits(page, sales)
    a_round()
    passes(seconds=29)
    assert a_round() is None
    passes(seconds=2)
    a_round()
    a_round()
    assert outcomes(talk) == [("Hugo", "expired"), ("Gail", "ringing")]
    hugo = agent_of(cast.person("Hugo"))
    assert (hugo.state, hugo.state_reason) == ("not_ready", "Missed a call")


def test_everything_else_that_rang_at_them_goes_on_too(page, sales):
    sales.members.remove(cast.person("Gail"))
    first = waits(page, sales, 9)
    a_round()
    passes(seconds=20)
    second = waits(page, sales)
    a_round()
    passes(seconds=11)
    a_round()
    assert outcomes(first) == outcomes(second) == [("Hugo", "expired")]


def test_who_missed_one_is_asked_again_once_they_are_ready(page, sales):
    sales.members.remove(cast.person("Gail"))
    talk = waits(page, sales)
    a_round()
    passes(seconds=31)
    a_round()
    cast.agent("Hugo")
    a_round()
    assert outcomes(talk) == [("Hugo", "expired"), ("Hugo", "ringing")]


def test_who_declined_is_asked_again_only_when_nobody_else_is_free_and_not_at_once(page, sales):
    talk = waits(page, sales)
    a_round()
    offering.decline(ringing(talk))
    db.session.commit()
    a_round()
    offering.decline(ringing(talk))
    db.session.commit()
    assert outcomes(talk) == [("Hugo", "declined"), ("Gail", "declined")]
    assert a_round() is None
    passes(seconds=31)
    a_round()
    assert outcomes(talk)[2:] == [("Hugo", "ringing")]


def test_what_was_declined_does_not_hold_up_who_waits_behind_it(page, sales):
    sales.members.remove(cast.person("Gail"))
    agent_of(cast.person("Hugo")).most = 1
    first, second = waits(page, sales, 9), waits(page, sales, 5)
    a_round()
    offering.decline(ringing(first))
    db.session.commit()
    a_round()
    assert rings() == {second.id: "Hugo"}


def test_who_declined_comes_after_those_who_were_not_asked_however_idle(page, sales):
    talk = waits(page, sales)
    a_round()
    offering.decline(ringing(talk))
    db.session.commit()
    passes(minutes=5)
    busy(page, cast.person("Gail"), 3)
    a_round()
    assert rings()[talk.id] == "Gail"


def test_an_offer_of_a_conversation_that_was_closed_behind_its_back_blames_nobody(page, sales):
    talk = waits(page, sales)
    a_round()
    talk.closed_at = utcnow()
    passes(seconds=31)
    a_round()
    assert outcomes(talk) == [("Hugo", "withdrawn")]
    assert agent_of(cast.person("Hugo")).state == "ready"


def test_a_round_that_fails_pauses_the_next_ones(page, sales, monkeypatch):
    waits(page, sales)
    found = offering.claim()
    monkeypatch.setitem(offering._paused, "until", 0.0)
    offering.fail(found, RuntimeError())
    assert offering.claim() is None
    monkeypatch.setitem(offering._paused, "until", 0.0)
    assert offering.claim() == found
