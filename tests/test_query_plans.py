"""Lists come out of an index in their order: what they cost does not grow with the table."""

import pytest
from sqlalchemy import event

from tests import cast
from tests.bench import tables
from tests.bench.tables import Sizes
from webgateway.db import db
from webgateway.journal import reading

GROWING = (
    *("gateways", "pages", "contacts", "conversations", "messages", "events", "deliveries", "comments"),
    "bot_calls",
)


@pytest.fixture
def plans(as_ada, plans_of):
    """Of the queries behind an address."""

    def ask(path):
        assert as_ada.get(path).status_code == 200

    return lambda path: plans_of(lambda: ask(path))


@pytest.fixture
def plans_of(app, gateway):
    """The plans of the queries that somebody asks, on tables with something in them."""
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's plans depend on its statistics")
    cast.page(gateway)
    tables.rows(Sizes(gateways=50, pages=40, messages=400, events=80))
    db.session.commit()

    def of(ask):
        asked = []

        def note(_connection, _cursor, statement, parameters, *_):
            if statement.startswith("SELECT"):
                asked.append((statement, parameters))

        event.listen(db.engine, "before_cursor_execute", note)
        ask()
        event.remove(db.engine, "before_cursor_execute", note)
        return [
            (statement, [row.detail for row in explained(statement, parameters)])
            for statement, parameters in asked
        ]

    return of


def explained(statement, parameters):
    return db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()


@pytest.mark.parametrize(
    "path",
    [
        "/gateways/",
        "/gateways/?page=3",
        "/gateways/1/pages",
        "/gateways/1/recoveries",
        "/gateways/1/health",
        "/gateways/1/health?only=troubles",
        "/gateways/1/pages/1/health",
        "/conversations/",
        "/conversations/?state=closed",
        "/conversations/?state=all&page_id=7",
        "/conversations/?state=all&q=customer",
        "/conversations/?state=all&q=customer+7",
        "/conversations/1",
        "/conversations/comments/",
        "/conversations/comments/?state=all&page_id=7",
        "/conversations/comments/?state=replied&q=crate",
        "/queues/",
        "/records/",
        "/records/?q=shop",
        "/records/?q=nothing+like+it",
        "/records/?sort=opened&agent_id=2",
        "/records/?page_id=7&how=idle",
        "/records/?who=Customer+7",
        "/records/?who=mer+7&flow_id=1&queue_id=1",
        "/records/1",
        "/figures/?by=page",
        "/journal/",
        "/journal/?outcome=failed",
        "/journal/?q=m_7",
        "/journal/?q=not+there",
        "/journal/bots/",
        "/journal/bots/?state=failed",
        "/journal/bots/?q=7",
        "/journal/bots/?q=Customer&state=failed",
    ],
)
def test_nothing_is_sorted_to_show_a_few_and_no_table_read_whole(plans, path):
    for statement, steps in plans(path):
        for step in steps:
            # To sort a few is no harm, as the logins of a page; to sort all and show a few is.
            few = " LIMIT " not in statement or "FROM grants JOIN" in statement
            assert few or "TEMP B-TREE FOR ORDER BY" not in step, statement
            assert not any(step == f"SCAN {table}" for table in GROWING), statement


@pytest.mark.parametrize("path", ["/gateways/", "/gateways/?page=3", "/gateways/1/pages", "/journal/"])
def test_what_a_list_shows_is_looked_up_by_its_ids(plans, path):
    [steps] = [steps for statement, steps in plans(path) if ".id IN (" in statement and "JOIN" in statement]
    assert "rowid=?" in steps[0]


def test_gateways_are_counted_in_an_index_without_their_flows(plans):
    [count] = [
        one for one in plans("/gateways/") if one[0].startswith("SELECT count(*)") and " gateways" in one[0]
    ]
    statement, steps = count
    assert "JOIN" not in statement
    assert "SEARCH gateways USING INDEX ix_gateways_tenant_id_name (tenant_id=?)" in steps


@pytest.mark.parametrize("shown", ["pages", "pages/removed", "pages/login", "health", "instagram"])
def test_words_that_cannot_be_an_id_are_not_looked_for_among_ids(plans, shown):
    def sought(words):
        asked = plans(f"/gateways/1/{shown}?q={words}")
        return " ".join(statement for statement, _ in asked if " LIKE " in statement)

    assert "_id LIKE" in sought("10829")
    words = sought("nothing+like+it")
    assert "name LIKE" in words
    assert "_id LIKE" not in words


def test_a_delivery_finds_its_pages_however_many_the_gateway_has(plans_of, gateway):
    [(_, plan)] = plans_of(lambda: reading.page_ids(gateway.id, {"1", "2"}))
    assert [step.partition(" INDEX ")[2] for step in plan if " INDEX " in step] == [
        "ix_pages_instagram_id (instagram_id=?)",
        "uq_pages_connected_meta_id (meta_id=?)",
    ]


def test_a_sort_would_be_noticed(plans):
    plans("/gateways/")
    sorted_by_secret = "SELECT id FROM gateways ORDER BY app_secret"
    assert "TEMP B-TREE" in str([row.detail for row in explained(sorted_by_secret, ())])
