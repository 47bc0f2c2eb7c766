"""From a customer's words over the simulator's bot to an agent: real HTTP, with the worker at work."""

import pytest
from sqlalchemy import select

from tests import cast
from tests.deliveries import delivery, just_now, post, text
from tests.serving import at_work, eventually_kept, free_port, served
from webgateway.conversations.bot_calls import BotCall
from webgateway.conversations.models import Contact, Conversation, Message
from webgateway.db import db
from webgateway.flows.definition import Agents, Bot
from webgateway.simulator.app import close, create_simulator
from webgateway.simulator.bot import SECRET

PETER, MAYA = "7392015648120394", "7392015648120395"


@pytest.fixture
def simulator():
    simulator = create_simulator(settings={"deliver": False, "bot_seconds": 0.1})
    with served(simulator, free_port()) as address:
        yield address
    close(simulator)


@pytest.fixture
def flow(app, simulator, gateway):
    """The bot has three seconds."""
    echo = Bot(id="robot", name="Echo", url=f"{simulator}/bot/echo", patience=3)
    parts = (echo, Agents(id="people", text="A colleague takes over."))
    gateway.flow = cast.flow("Echo", opening_message="", closing_message="", parts=parts)
    db.session.commit()
    return gateway.flow


@pytest.fixture
def customer(visitor, gateway, page, flow):
    number = iter(range(100))

    def says(words: str, by: str = PETER) -> None:
        post(visitor, gateway, delivery(text(words, f"m_{next(number)}", by=by, at=just_now())))

    return says


def talk(by: str = PETER) -> Conversation | None:
    query = select(Conversation).join(Conversation.contact).where(Contact.meta_id == by)
    return db.session.scalars(query.order_by(Conversation.id.desc())).first()


def said(by: str = PETER) -> list[str]:
    found = talk(by)
    of_flow = select(Message.text).where(Message.author == "flow").order_by(Message.id)
    return list(db.session.scalars(of_flow.where(Message.conversation_id == found.id))) if found else []


def calls() -> list[tuple[str, str]]:
    rows = db.session.execute(select(BotCall.kind, BotCall.state).order_by(BotCall.id))
    return [(kind, state) for kind, state in rows]


def test_a_bot_takes_answers_hands_over_and_fails(app, as_ada, flow, customer, monkeypatch):
    made = as_ada.post(f"/flows/{flow.id}/bot-secret").text
    monkeypatch.setenv(SECRET, "whsec_" + made.partition('value="whsec_')[2].partition('"')[0])
    with at_work(app):
        customer("Hi")
        eventually_kept(lambda: len(said()) == 1)
        assert "I am the echo" in said()[0]
        customer("Hello")
        eventually_kept(lambda: said()[1:] == ["You said: Hello"])
        assert talk().part == "robot"
        customer("human")
        eventually_kept(lambda: talk().queue_id is not None)
        assert said()[2:] == ["I am calling a colleague.", "A colleague takes over."]
        eventually_kept(lambda: calls()[-1] == ("conversation.handed_over", "done"))

        customer("Hi", MAYA)
        eventually_kept(lambda: len(said(MAYA)) == 1)
        customer("fail", MAYA)
        eventually_kept(lambda: talk(MAYA).queue_id is not None)
    assert said(MAYA)[1:] == ["A colleague takes over."]
    assert calls()[-1] == ("message.received", "failed")
    journal = as_ada.get("/journal/bots/").text
    assert "It answered 500. The flow waits no longer than 3 seconds for it." in journal


def test_a_bot_that_says_nothing_for_too_long_gives_the_customer_to_agents(app, flow, customer, robot):
    robot.answers = [202]
    bot, people = flow.definition.parts
    flow.revise(parts=(Bot(id=bot.id, url=robot.url, patience=1), people))
    db.session.commit()
    with at_work(app):
        customer("Hi")
        eventually_kept(lambda: talk() is not None and talk().queue_id is not None)
        eventually_kept(lambda: calls()[-1] == ("conversation.handed_over", "done"))
    assert calls()[0] == ("conversation.started", "done")
    assert said() == ["A colleague takes over."]


def test_a_bot_that_answers_through_the_api_is_heard(app, flow, customer, robot, api):
    robot.answers = [202]
    bot, people = flow.definition.parts
    flow.revise(parts=(Bot(id=bot.id, url=robot.url, patience=60), people))
    db.session.commit()
    with at_work(app):
        customer("Hi")
        eventually_kept(lambda: calls() == [("conversation.started", "done")])
    here = f"/conversations/{robot.events[0]['data']['conversation']['id']}"
    assert [one["text"] for one in api("GET", f"{here}/messages").get_json()["messages"]] == ["Hi"]
    assert api("POST", f"{here}/messages", {"text": "I had to think."}).status_code == 201
    assert (said(), talk().tries) == (["I had to think."], 0)
    assert api("POST", f"{here}/closure").status_code == 204
    assert calls()[-1] == ("conversation.closed", "waiting")
