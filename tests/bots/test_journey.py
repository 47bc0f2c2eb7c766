"""From a customer's words over the simulator's bot to an agent, over real HTTP with the worker at work."""

import pytest
from sqlalchemy import select

from tests import cast
from tests.serving import at_work, free_port, served
from tests.test_worker import eventually
from webgateway.conversations import bot_calls, turns
from webgateway.conversations.bot_calls import BotCall
from webgateway.conversations.models import Message
from webgateway.db import db
from webgateway.flows.definition import Agents, Bot
from webgateway.simulator.app import close, create_simulator
from webgateway.simulator.bot import SECRET


@pytest.fixture
def simulator():
    simulator = create_simulator(settings={"deliver": False, "bot_seconds": 0.1})
    with served(simulator, free_port()) as address:
        yield address
    close(simulator)


@pytest.fixture
def flow(app, simulator):
    parts = (Bot(id="robot", name="Echo", url=f"{simulator}/bot/echo"), Agents(id="people"))
    return cast.flow("Echo", opening_message="", closing_message="", parts=parts)


def said() -> list[str]:
    return list(db.session.scalars(select(Message.text).where(Message.author == "flow").order_by(Message.id)))


def test_a_bot_takes_answers_fails_and_hands_over(app, as_ada, talk, flow, monkeypatch):
    secret = as_ada.post(f"/flows/{flow.id}/bot-secret").text.partition('value="whsec_')[2].partition('"')[0]
    monkeypatch.setenv(SECRET, "whsec_" + secret)

    def customer(text: str, kind: str = "message.received") -> BotCall:
        part = talk.does.part("robot")
        call = bot_calls.tell(talk, part, kind, cast.message(talk, text))
        turns.wait_for_bot(talk, part)
        db.session.commit()
        return call

    with at_work(app):
        customer("Hi", "conversation.started")
        customer("Hello")
        eventually(lambda: len(said()) == 2)
        assert said()[0].startswith("Hello Peter Chang, I am the echo.")
        assert said()[1] == "You said: Hello"
        failing = customer("fail")
        waiting = customer("Are you there?")
        eventually(lambda: db.session.get_one(BotCall, failing.id).attempts == 1)
        assert db.session.get_one(BotCall, waiting.id).attempts == 0, "it waits for the one before"
        failing.next_try_at, failing.payload = failing.created_at, waiting.payload
        db.session.commit()
        eventually(lambda: said()[2:] == ["You said: Are you there?"] * 2)
        customer("human")
        eventually(lambda: talk.queue_id is not None)
    assert said()[-1] == "I am calling a colleague."
    assert (talk.part, talk.queue.name) == (None, "General")
    assert "Handed over" in as_ada.get("/journal/bots/").text


def test_a_bot_that_fails_for_good_gives_the_customer_to_agents(app, talk, flow, monkeypatch):
    monkeypatch.setenv(SECRET, "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
    call = bot_calls.tell(talk, talk.does.part("robot"), "message.received", cast.message(talk))
    db.session.commit()
    with at_work(app):
        eventually(lambda: talk.queue_id is not None)
    assert (call.state, call.status) == ("failed", 401)
    assert said() == []
