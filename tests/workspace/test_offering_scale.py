"""What a round costs does not depend on how many wait, and its searches read small indexes."""

import pytest
from sqlalchemy import insert, text

from tests import cast
from tests.workspace.desk import a_round, rings, waits
from webgateway.conversations.models import Contact, Conversation
from webgateway.db import db, utcnow
from webgateway.queues.models import Agent, Queue
from webgateway.users import joining
from webgateway.users.models import User, users_roles
from webgateway.workspace import offering


@pytest.fixture
def many(page):
    """So many customers wait, and so many agents are ready."""

    def fill(waiting: int, agents: int) -> Queue:
        queue = cast.queue("Sales", everybody=True)
        of = {"tenant_id": page.tenant_id}
        people = [
            {**of, "email": f"{n}@x.example", "password": "", "fs_uniquifier": str(n)} for n in range(agents)
        ]
        users = db.session.scalars(insert(User).returning(User.id), people).all()
        role = {"role_id": joining.built_in("agent").id}
        db.session.execute(insert(users_roles), [{**role, "user_id": user} for user in users])
        at_work = {**of, "state": "ready", "seen_at": utcnow(), "idle_since": utcnow()}
        db.session.execute(insert(Agent), [{**at_work, "user_id": user} for user in users])
        on = {**of, "page_id": page.id, "channel": "messenger"}
        contacts = db.session.scalars(
            insert(Contact).returning(Contact.id), [{**on, "meta_id": str(n)} for n in range(waiting)]
        ).all()
        waits = {**on, "queue_id": queue.id, "queued_at": utcnow()}
        db.session.execute(insert(Conversation), [{**waits, "contact_id": one} for one in contacts])
        db.session.commit()
        return queue

    return fill


def cost(count_queries) -> int:
    with count_queries() as queries:
        a_round()
    return len(queries)


def test_a_round_asks_as_often_with_a_thousand_waiting_and_a_hundred_agents(page, many, count_queries):
    queue = cast.queue("First", cast.agent("Gail", most=50))
    waits(page, queue)
    small = cost(count_queries)
    many(1000, 100)
    assert cost(count_queries) <= small + 1
    assert len(rings()) == 101


def test_a_thousand_are_given_out_in_a_few_rounds(many):
    many(1000, 100)
    rounds = 0
    while a_round():
        rounds += 1
    assert len(rings()) == 400
    assert rounds <= 5


def test_a_look_that_finds_nothing_is_one_question(app, count_queries):
    cast.agent("Gail")
    with count_queries() as queries:
        assert offering.claim() is None
    assert len([query for query in queries if query != "BEGIN"]) == 1


def test_the_searches_read_the_small_indexes(many, count_queries):
    many(50, 3)
    a_round()
    with count_queries() as queries:
        offering.claim()
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's planner knows how small these tables are")
    plans = [" ".join(str(row) for row in plan(query)) for query in queries]
    assert not [found for found in plans if "SCAN conversations" in found and "USING" not in found]


def plan(query: str):  # type: ignore[no-untyped-def]
    given = {f"p{n}": None for n in range(query.count("?"))}
    for name in given:
        query = query.replace("?", f":{name}", 1)
    return db.session.execute(text(f"EXPLAIN QUERY PLAN {query}"), given)
