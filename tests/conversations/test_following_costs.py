"""However many customers' words a batch brings, what their flows need is looked up once, and what they say is
written at once."""

import itertools

import pytest

from tests import cast
from tests.deliveries import delivery, post, text
from webgateway.db import db
from webgateway.flows.definition import Agents, Ask, Bot, Choice, Hours, Menu, Say, Span
from webgateway.journal import reading, taking

AGENTS = Agents(id="agents")
MENU = Menu(id="menu", text="What?", choices=(Choice("An order", "order"), Choice("Else", "agents")))
OFFICE = Hours(time_zone="Europe/Kyiv", week=((Span("09:00", "17:00"),),) * 7)
FLOWS = {
    "agents": (AGENTS,),
    "menu": (MENU, Say(id="order", text="One moment."), AGENTS),
    "ask": (Ask(id="ask", what="email", text="Your e-mail?", skip="No"), AGENTS),
    "bot": (Bot(id="bot", url="https://bot.example/hook"), AGENTS),
}
FEW = [str(7_000_000_000_000_000 + number) for number in range(4)]
MANY = [str(8_000_000_000_000_000 + number) for number in range(40)]


@pytest.fixture
def asked(visitor, gateway, clock, count_queries):
    """What one batch with a word of each of the customers reads and writes."""
    mids = itertools.count()

    def counting(customers, words):
        clock.forward(minutes=1)
        items = [text(words, f"m_{next(mids)}", by, at=clock.milliseconds) for by in customers]
        post(visitor, gateway, delivery(*items))
        reading.work(reading.claim())
        job = taking.claim()
        assert len(job) == len(customers)
        db.session.expire_all()
        with count_queries() as queries:
            taking.work(job)
        return queries

    return counting


@pytest.fixture
def looked_up(asked):
    def counting(customers, words):
        return [query for query in asked(customers, words) if query.startswith(("SELECT", "WITH"))]

    return counting


@pytest.mark.parametrize("second", ["Hi", "1", "box@example.com"])
@pytest.mark.parametrize("flow", FLOWS)
def test_forty_customers_cost_no_more_looks_than_four(page, follow, looked_up, flow, second):
    follow(*FLOWS[flow], opening_message="Hello {{ contact.email | there }}!", hours=OFFICE)
    for words in ("Hi", second, second):
        assert len(looked_up(MANY, words)) <= len(looked_up(FEW, words))


def test_nor_do_their_answers_to_what_agents_asked_for(page, follow, looked_up):
    follow(AGENTS)
    looked_up(MANY, "Hi")
    looked_up(FEW, "Hi")
    gail = cast.person("Gail")
    for talk in db.session.query(cast.Conversation):
        cast.message(talk, "Your e-mail?", "agent", user=gail, quick_replies=[{"type": "email"}])
    assert len(looked_up(MANY, "box@example.com")) <= len(looked_up(FEW, "box@example.com"))
    assert db.session.scalar(db.select(db.func.count()).select_from(db.metadata.tables["facts"])) == 44


def test_all_that_first_messages_bring_is_written_at_once(page, follow, asked):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite tells the ids of new rows one by one")
    follow(*FLOWS["menu"], opening_message="Hello!")
    written = [query for query in asked(MANY, "Hi") if not query.startswith(("SELECT", "WITH"))]
    assert len([query for query in written if query.startswith("INSERT INTO messages")]) <= 2
    assert len(written) <= 10
