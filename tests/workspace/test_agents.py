"""An agent's state, signs of life and load."""

from datetime import timedelta

from flask import Flask

from tests import cast
from tests.workspace.desk import a_round, agent_of, busy, waits
from webgateway.db import db, utcnow
from webgateway.queues.models import Agent
from webgateway.workspace import agents


def test_an_agent_is_made_at_first_use_not_ready_and_once(app):
    gail = cast.person("Gail")
    agent = agents.of(gail)
    assert (agent.state, agent.most, agent.tenant_id) == ("not_ready", 4, gail.tenant_id)
    assert agents.of(gail) is agent


def test_an_agent_made_while_one_only_reads_is_kept(app: Flask):
    with app.test_request_context("/"):
        agent_id = agents.of(cast.person("Gail")).id
    db.session.rollback()
    assert db.session.get(Agent, agent_id) is not None


def test_being_ready_says_since_when_and_counts_as_a_sign_of_life(app):
    agent = agents.of(cast.person("Gail"))
    agents.set_state(agent, "ready")
    db.session.commit()
    assert agent.state == "ready"
    assert agent.idle_since == agent.seen_at == agent.state_at
    a_round()
    assert agent.state == "ready"


def test_the_same_state_again_keeps_its_time_and_takes_the_new_reason(app):
    agent = agents.of(cast.agent("Gail", state="not_ready", state_at=utcnow() - timedelta(hours=1)))
    since = agent.state_at
    agents.set_state(agent, "not_ready", "Lunch")
    assert (agent.state_at, agent.state_reason) == (since, "Lunch")
    agents.set_state(agent, "ready")
    assert agent.state_reason is None
    assert agent.state_at > since


def test_a_sign_of_life_is_written_every_fifteen_seconds(app, count_queries):
    gail = cast.agent("Gail", seen_at=None)
    agents.seen(agents.of(gail))
    first = agent_of(gail).seen_at
    assert first is not None
    agent = agents.of(gail)
    with count_queries() as queries:
        agents.seen(agent)
    assert queries == []
    agent.seen_at = first - timedelta(seconds=16)
    db.session.commit()
    agents.seen(agent)
    db.session.expire_all()
    assert agent.seen_at >= first


def test_a_sign_of_life_is_written_while_one_only_reads(app: Flask):
    gail = cast.agent("Gail", seen_at=None)
    with app.test_request_context("/"):
        agents.seen(agents.of(gail))
        db.session.rollback()
    db.session.expire_all()
    assert agent_of(gail).seen_at is not None


def test_the_load_is_what_is_open_and_what_rings(page):
    gail = cast.agent("Gail")
    busy(page, gail, 2)[0].closed_at = utcnow()
    waits(page, cast.queue("Sales", gail))
    a_round()
    assert agents.load(gail) == 2
    assert agents.load(cast.person("Sam")) == 0
