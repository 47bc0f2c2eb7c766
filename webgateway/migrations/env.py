"""Runs migrations over the application's own engine; switches SQLite to its write-ahead log."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, cast

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from webgateway.db import Encrypted, UTCDateTime, db
from webgateway.migrations import comparing


def engine() -> Engine:
    return cast(Engine, current_app.extensions["migrate"].db.engine)


def reach() -> None:
    """Ends with one line when there is no database where the setting says."""
    try:
        engine().connect().close()
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
        sys.exit(f"webgateway: WEBGATEWAY_DATABASE_URL: the database cannot be reached: {reason}")


def plain_types(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Migrations name SQL types only, so that they stay readable when ours change."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return "sa.Text()" if kind == "type" and isinstance(item, Encrypted) else False


@contextmanager
def tables_may_be_replaced(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by dropping it after it was copied: with its foreign keys on, that would delete
    every row that points to it; and a view or trigger of another table that names it would be refused."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    raw.execute("PRAGMA foreign_keys = OFF")
    raw.execute("PRAGMA legacy_alter_table = ON")
    try:
        yield
    finally:
        raw.execute("PRAGMA legacy_alter_table = OFF")
        raw.execute("PRAGMA foreign_keys = ON")


def nothing_is_lost(connection: Connection) -> None:
    """Ends the migration, and what it did, when a row points to one that is gone."""
    if connection.dialect.name == "sqlite":
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if lost:
            sys.exit(f"webgateway: not migrated: a row of {lost[0]} would point to nothing")


def migrate_online() -> None:
    if engine().dialect.name == "sqlite":
        # Here, once, and not at the first connection of two processes: WAL is a property of the file.
        raw = engine().raw_connection()
        raw.execute("PRAGMA journal_mode = WAL")
        raw.close()
    with engine().connect() as connection, tables_may_be_replaced(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            render_item=plain_types,
            include_name=comparing.of_the_models,
            transactional_ddl=True,  # SQLite, too: all of it or nothing
        )
        with context.begin_transaction():
            context.run_migrations()
            nothing_is_lost(connection)


def migrate_offline() -> None:
    context.configure(url=str(engine().url), target_metadata=db.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    migrate_offline()
else:
    reach()
    migrate_online()
