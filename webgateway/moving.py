"""Moves everything from one database into another: `flask db copy`, docs/operating.md."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from cryptography.fernet import InvalidToken
from flask import current_app
from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError

from . import rows
from .db import Model, utcnow
from .heartbeat import SEEN_LATELY, Heartbeat

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], object]]]
"""Of a table's name and its number of rows: a context whose value is called with how many more are done."""


class Refused(Exception):  # noqa: N818
    """Nothing was copied; the text is one line that says why and what to do."""


def source(where: str) -> Engine:
    """An SQLite file or the URL of a database, read in one snapshot and never written to. Raises Refused."""
    if where.startswith("postgresql+psycopg://"):
        engine = create_engine(where, isolation_level="REPEATABLE READ", hide_parameters=True)
        return engine.execution_options(postgresql_readonly=True)
    file = where.removeprefix("sqlite:///")
    if "://" in file:
        raise Refused("SOURCE must be an SQLite file or begin with postgresql+psycopg://.")
    return _sqlite(Path(file))


def _sqlite(file: Path) -> Engine:
    if not file.is_file():
        raise Refused(f"There is no file {file}.")
    query = {"mode": "ro", "uri": "true"}
    url = URL.create("sqlite", database=f"file:{quote(str(file.resolve()))}", query=query)
    engine = create_engine(url, connect_args={"isolation_level": None}, hide_parameters=True)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def copy(old: Engine, new: Engine, progress: Progress) -> int:
    """Every row of `old` into `new`, which is at the same migration and empty; all of it or nothing.

    Ids stay, secrets stay encrypted as they are. Returns the number of rows. Raises Refused.
    """
    try:
        with old.connect() as reading, new.begin() as writing:
            check(reading, writing)
            copied = sum(
                _copy_table(table, reading, writing, progress) for table in Model.metadata.sorted_tables
            )
            _settle(writing)
            return copied
    except DBAPIError as error:
        raise Refused(f"The database refused: {str(error.orig).splitlines()[0]}") from error


def check(reading: Connection, writing: Connection) -> None:
    """Raises Refused unless one can be copied into the other."""
    if _place(reading) == _place(writing):
        raise Refused("SOURCE and WEBGATEWAY_DATABASE_URL are the same database.")
    _same_migration(_revision(reading), _revision(writing))
    _at_rest(reading)
    _readable(reading)
    tables = Model.metadata.sorted_tables
    if writing.dialect.name == "postgresql":
        names = ", ".join(table.name for table in tables)
        writing.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
    filled = [table.name for table in tables if writing.execute(select(table).limit(1)).first()]
    if filled:
        raise Refused(f"WEBGATEWAY_DATABASE_URL is not empty: there are rows in {', '.join(filled)}.")


def _place(connection: Connection) -> tuple[object, ...]:
    url = connection.engine.url
    if connection.dialect.name == "sqlite":
        file = connection.execute(
            text("SELECT file FROM pragma_database_list WHERE name = 'main'")
        ).scalar_one()
        return ("sqlite", file and Path(file).resolve())
    return (url.host, url.port or 5432, url.database)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _same_migration(old: str | None, new: str | None) -> None:
    if old is None:
        raise Refused("SOURCE is no database of webgateway's: it knows no migration.")
    if new is None:
        raise Refused("WEBGATEWAY_DATABASE_URL has no tables yet: run `flask db upgrade` first.")
    newest = ScriptDirectory(current_app.extensions["migrate"].directory).get_current_head()
    if not old == new == newest:
        raise Refused(
            f"SOURCE is at migration {old}, WEBGATEWAY_DATABASE_URL at {new}, this code at {newest}: "
            "run `flask db upgrade` on both."
        )


def _at_rest(reading: Connection) -> None:
    """Two workers on two copies would send every waiting message twice."""
    seen = reading.scalar(select(func.max(Heartbeat.seen_at)))
    if seen is not None and utcnow() - seen < SEEN_LATELY:
        raise Refused("A worker is at work on SOURCE: stop web and worker, wait half a minute, try again.")


def _readable(reading: Connection) -> None:
    """The secrets are copied as they are: the keys must be the same."""
    try:
        for table in Model.metadata.sorted_tables:
            for column in filter(rows.is_secret, table.columns):
                reading.execute(select(column).where(column.is_not(None)).limit(1)).all()
    except InvalidToken:
        raise Refused(
            "WEBGATEWAY_ENCRYPTION_KEYS do not open the secrets in SOURCE: use the keys it was written with."
        ) from None


def _copy_table(table: Table, reading: Connection, writing: Connection, progress: Progress) -> int:
    total = _count(table, reading)
    with progress(table.name, total) as more:
        for chunk in rows.read(table, reading):
            rows.write(table, writing, chunk)
            more(len(chunk))
    if _count(table, writing) != total:
        raise Refused(f"Not every row of {table.name} arrived; nothing was copied.")
    return total


def _count(table: Table, connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _settle(writing: Connection) -> None:
    """PostgreSQL gives out ids after the highest, and knows the tables' sizes before the first question."""
    if writing.dialect.name != "postgresql":
        return
    for table in Model.metadata.sorted_tables:
        if "id" in table.columns:
            highest: Any = select(func.max(table.c.id)).scalar_subquery()
            writing.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), highest)))
        writing.execute(text(f"ANALYZE {table.name}"))
