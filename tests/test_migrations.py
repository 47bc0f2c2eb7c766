"""The database that migrations make is the one the models describe."""

import sqlite3

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError

from tests.filled import everything, fill
from webgateway.db import Model, db
from webgateway.migrations import comparing, trigrams
from webgateway.readiness import newest_migration


# Indexes of an expression cannot be compared on SQLite; PostgreSQL tells.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_migrations_and_models_agree(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": comparing.of_the_models})
        assert compare_metadata(context, db.metadata) == []


def test_the_newest_is_known_without_reading_them_all(app):
    context = MigrationContext.configure(db.session.connection())
    assert newest_migration() == context.get_current_revision()


def test_they_lead_back_and_forth_again(app):
    db.session.remove()
    downgrade(revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    upgrade()
    assert "conversations" in inspect(db.engine).get_table_names()


def test_no_row_is_lost_on_the_way_back_and_forth(app):
    """SQLite replaces the tables it changes: what points to them must not go with them. Tables that came
    later come back empty."""
    for table in reversed(Model.metadata.sorted_tables):
        db.session.execute(table.delete())
    fill()
    before = {name: len(rows) for name, rows in everything().items()}
    downgrade(revision="0001")
    there = before.keys() & inspect(db.engine).get_table_names()
    upgrade()
    after = {name: len(rows) for name, rows in everything().items()}
    assert {name: after[name] for name in there} == {name: before[name] for name in there}
    with pytest.raises(IntegrityError):
        db.session.execute(db.text("UPDATE pages SET gateway_id = 99"))


def test_sqlite_keeps_a_write_ahead_log(app):
    if db.engine.dialect.name == "sqlite":
        assert db.session.scalar(db.text("PRAGMA journal_mode")) == "wal"
        assert db.session.scalar(db.text("PRAGMA synchronous")) == 2


def test_a_migration_that_would_lose_what_a_row_points_to_changes_nothing(app):
    """Only SQLite has to look: its tables are replaced with the foreign keys off."""
    if db.engine.dialect.name != "sqlite":
        return
    db.session.remove()
    downgrade(revision="0001")
    raw = sqlite3.connect(db.engine.url.database)
    raw.execute("UPDATE users SET tenant_id = 99")
    raw.commit()
    raw.close()
    with pytest.raises(SystemExit, match="a row of users would point to nothing"):
        upgrade()
    assert "leased_until" not in [column["name"] for column in inspect(db.engine).get_columns("events")]


def test_where_postgresql_does_not_let_us_have_its_trigrams_searches_do_without(app):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("PostgreSQL's own")
    with db.engine.connect() as connection, Operations.context(MigrationContext.configure(connection)):
        assert len(lettered(connection)) == 6
        for statement in ("DROP EXTENSION pg_trgm CASCADE", "CREATE ROLE plain", "SET ROLE plain"):
            connection.exec_driver_sql(statement)
        trigrams.create()
        assert lettered(connection) == []
        connection.rollback()


def lettered(connection):
    names = "SELECT indexname FROM pg_indexes WHERE indexname LIKE '%%\\_trigrams'"
    return connection.exec_driver_sql(names).all()
