"""What a round costs does not depend on how many wait, and its searches read small indexes."""

import re

import pytest
from sqlalchemy import event, insert

from tests import cast
from tests.test_query_plans import explained
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


@pytest.mark.parametrize("path", ["/queues/", "/agents/", None], ids=str)
def test_what_is_closed_is_never_walked(many, as_sam, explained_while, path):
    """Each look begins at an index that holds only what waits, is somebody's or rings."""
    many(50, 3)
    a_round()
    for plan in explained_while(lambda: as_sam.get(path) if path else offering.claim()):
        for step in plan:
            of = re.search(r"(SCAN|SEARCH) (conversations|offers)\b(.*)", step)
            assert of is None or re.search(
                r"ix_conversations_(queued|assigned)|_ringing|_at |PRIMARY", step
            ), plan


@pytest.fixture
def explained_while(app):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's plans depend on its statistics")

    def run(do):  # type: ignore[no-untyped-def]
        asked = []

        def note(_connection, _cursor, statement, parameters, *_):  # type: ignore[no-untyped-def]
            if statement.startswith("SELECT"):
                asked.append((statement, parameters))

        event.listen(db.engine, "before_cursor_execute", note)
        do()
        event.remove(db.engine, "before_cursor_execute", note)
        return [[row.detail for row in explained(*one)] for one in asked]

    return run
