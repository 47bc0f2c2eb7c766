"""The database: base model, constraint names, UTC and encrypted column types."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask, abort, current_app, g
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Select,
    Text,
    TypeDecorator,
    bindparam,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from . import driver, postgresql, sqlite
from .intent import only_reads as only_reads

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Record = TypeVar("Record", bound="Model")

Id = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]


def utcnow() -> datetime:
    return datetime.now(UTC)


class UTCDateTime(TypeDecorator[datetime]):
    """Aware datetimes in UTC on both sides; SQLite stores them without the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


NOW: Any = bindparam("now", type_=UTCDateTime())
"""For queries that are made once and asked again and again: to make one costs more than to ask it."""


class Encrypted(TypeDecorator[str]):
    """Text encrypted at rest by the first of WEBGATEWAY_ENCRYPTION_KEYS and readable by all of them.

    The column's name is sealed in with the text: a ciphertext copied into another column does not open.
    """

    impl = Text
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _cipher().encrypt(f"{self.purpose}\0{value}".encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        purpose, _, text = _cipher().decrypt(value.encode()).decode().partition("\0")
        if purpose != self.purpose:
            raise InvalidToken
        return text


def _cipher() -> MultiFernet:
    cipher: MultiFernet = current_app.extensions["cipher"]
    return cipher


class Model(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {
        datetime: UTCDateTime,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[dict[str, Any]]: JSON,
    }

    id: Mapped[Id]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"


# Attributes stay loaded after a commit: routes commit before they ask Meta, and read on afterwards.
db = SQLAlchemy(metadata=Model.metadata, session_options={"expire_on_commit": False})


def init_app(app: Flask, database_url: str, encryption_keys: tuple[str, ...]) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        **(sqlite if database_url.startswith("sqlite") else postgresql).options(),
        # What customers wrote stands in them, and errors go into the log.
        "hide_parameters": True,
    }
    app.extensions["cipher"] = MultiFernet([Fernet(key) for key in encryption_keys])
    db.init_app(app)
    with app.app_context():
        (sqlite if db.engine.dialect.name == "sqlite" else postgresql).listen(db.engine)


def find_or_404(query: Select[Record], asked: dict[str, Any] | None = None) -> Record:
    """`asked`: for a query that was made once."""
    record: Record | None = db.session.scalars(query, asked).one_or_none()
    if record is None:
        abort(404)
    return record


def rows(query: Any, asked: dict[str, Any]) -> list[Any]:
    """Of a query for columns, made once. The session, which would look for objects in each row, is passed by,
    and so is what SQLAlchemy does at each query (driver.py): that is most of what a small one costs."""
    db.session.flush()
    return driver.ask(db.session.connection(), query, asked)


def row(query: Any, asked: dict[str, Any]) -> Any:
    """The only one, or None."""
    found = rows(query, asked)
    return found[0] if found else None


def put(statement: Any, asked: Any) -> None:
    """A statement that writes, made once, and past the session, too; `asked` of several rows is a list."""
    db.session.flush()
    db.session.connection().execute(statement, asked)


def writes() -> None:
    """Say that this GET request will write. What was read so far, the person who asks, ends here: a reading
    transaction that turns to writing fails as soon as somebody else has written meanwhile."""
    db.session.commit()
    g.reading = False


def wrote() -> None:
    """Commit what this request writes. What it reads from here on, for its answer, holds nobody up."""
    db.session.commit()
    g.reading = True


@contextmanager
def looking() -> Iterator[None]:
    """A transaction that only reads, where one may write: nobody waits for it. What it loads stays."""
    with _reading():
        try:
            yield
            db.session.commit()
        finally:
            db.session.rollback()


@contextmanager
def glance() -> Iterator[Connection]:
    """At a few columns, of what is committed: nobody waits for it, and the session, which would cost more
    than the look itself, is passed by. With a connection of its own: before the session has one."""
    with _reading(), db.engine.connect() as connection:
        yield connection


@contextmanager
def _reading() -> Iterator[None]:
    before = g.get("reading")
    g.reading = True
    try:
        yield
    finally:
        g.reading = before


@contextmanager
def staying(record: Model, *names: str) -> Iterator[None]:
    """The record is read anew inside; what it belongs to, as far as it is loaded, only where that is another
    one by now."""
    loaded = {name: vars(record)[name] for name in names if vars(record).get(name) is not None}
    keys = {name: getattr(record, f"{name}_id") for name in loaded}
    yield
    for name, value in loaded.items():
        if getattr(record, f"{name}_id") == keys[name]:
            set_committed_value(record, name, value)


def passing(error: OperationalError) -> bool:
    """Whether the database was locked, full or away, rather than asked what it cannot do."""
    beyond_a_limit = str(getattr(error.orig, "sqlstate", "")).startswith(
        "54"
    )  # PostgreSQL: too long to index
    return getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR and not beyond_a_limit
