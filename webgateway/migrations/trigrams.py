"""On PostgreSQL parts of names are looked for in an index of three letters each (its extension pg_trgm): a
search does not read the whole list. Where the database does not let us have it, searches do without."""

import logging

from alembic import op
from sqlalchemy.exc import DBAPIError

SOUGHT = {"gateways": ("name", "uri", "app_id"), "pages": ("name", "meta_id", "instagram_username")}
SUFFIX = "_trigrams"
"""Of their names. They are not in the models, which know no operators of one database."""

log = logging.getLogger("alembic.runtime.migration")


def create() -> None:
    if op.get_bind().dialect.name == "postgresql" and _there():
        for table, columns in SOUGHT.items():
            for column in columns:
                letters = f"USING gin (lower({column}) gin_trgm_ops)"
                op.execute(f"CREATE INDEX ix_{table}_{column}{SUFFIX} ON {table} {letters}")


def drop() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, columns in SOUGHT.items():
            for column in columns:
                op.execute(f"DROP INDEX IF EXISTS ix_{table}_{column}{SUFFIX}")


def _there() -> bool:
    connection = op.get_bind()
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DBAPIError:
        log.warning("pg_trgm cannot be had here: searches in long lists take longer")
        return False
    return True
