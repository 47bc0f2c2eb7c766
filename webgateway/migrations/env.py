"""Runs migrations over the application's own engine; switches SQLite to its write-ahead log."""

import sys
from typing import Any, Literal, cast

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from webgateway.db import Encrypted, UTCDateTime, db


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


def migrate_online() -> None:
    if engine().dialect.name == "sqlite":
        # Here, once, and not at the first connection of two processes: WAL is a property of the file.
        raw = engine().raw_connection()
        raw.execute("PRAGMA journal_mode = WAL")
        raw.close()
    with engine().connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            render_item=plain_types,
        )
        with context.begin_transaction():
            context.run_migrations()


def migrate_offline() -> None:
    context.configure(url=str(engine().url), target_metadata=db.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    migrate_offline()
else:
    reach()
    migrate_online()
