"""Rows on their way from one kind of database to another, as they are stored."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import JSON, Column, Connection, LargeBinary, Table, Text, bindparam, cast, insert, select
from sqlalchemy import type_coerce as as_it_is

from .db import Encrypted

CHUNK = 1000
"""Rows held in memory at once."""
CHUNK_OF_BODIES = 20
"""The same where each may be 8 MiB."""

NUL, INSTEAD = "\0", "\ufffd"


def is_secret(column: Column[Any]) -> bool:
    return isinstance(column.type, Encrypted)


def read(table: Table, connection: Connection) -> Iterator[list[dict[str, Any]]]:
    """All rows, in chunks, in the order they were made."""
    bodies = any(isinstance(column.type, LargeBinary) for column in table.columns)
    query = select(*map(_stored, table.columns)).order_by(*table.primary_key.columns)
    found = connection.execution_options(yield_per=CHUNK_OF_BODIES if bodies else CHUNK).execute(query)
    for chunk in found.mappings().partitions():
        yield [dict(row) for row in chunk]


def write(table: Table, connection: Connection, chunk: list[dict[str, Any]]) -> None:
    if connection.dialect.name == "postgresql":
        chunk = [{name: _without_nul(value) for name, value in row.items()} for row in chunk]
    query = insert(table).values({column.name: _given(column, connection) for column in table.columns})
    connection.execute(query, chunk)


def _stored(column: Column[Any]) -> Any:
    """Secrets stay encrypted; JSON stays the text it is, so that its null and none at all stay apart."""
    if is_secret(column):
        return as_it_is(column, Text).label(_name(column))
    if isinstance(column.type, JSON):
        return cast(column, Text).label(_name(column))
    return column.label(_name(column))


def _given(column: Column[Any], connection: Connection) -> Any:
    if is_secret(column):
        return bindparam(_name(column), type_=Text())
    if isinstance(column.type, JSON):
        text = bindparam(_name(column), type_=Text())
        return cast(text, JSON) if connection.dialect.name == "postgresql" else as_it_is(text, Text)
    return bindparam(_name(column), type_=column.type)


def _name(column: Column[Any]) -> str:
    """SQLAlchemy keeps the column's own name for itself."""
    return f"{column.name}_"


def _without_nul(value: Any) -> Any:
    """PostgreSQL's text cannot hold it; what Meta delivers has none in it either, see meta/values.py."""
    return value.replace(NUL, INSTEAD) if isinstance(value, str) else value
