"""Where side work is queued: a Huey on SQLite, Redis or PostgreSQL.

A server is not asked at the start: one that is away stops nothing, and is found again when it is back.
"""

import sqlite3
from typing import Any

import psycopg
import redis
from huey.api import Huey, RedisHuey, SqliteHuey
from huey.storage import PostgresStorage
from psycopg.conninfo import conninfo_to_dict
from redis.backoff import NoBackoff
from redis.connection import ConnectionPool
from redis.retry import Retry

from .settings import SettingsError

NAME = "webgateway"
CONNECT_WITHIN = 2  # seconds: a customer's message may be waiting behind this
REDIS: dict[str, Any] = {
    "socket_connect_timeout": CONNECT_WITHIN,
    "socket_timeout": 3,  # longer than Huey waits for a task
    # Once, at once: the connection may be from before a restart.
    "retry": Retry(NoBackoff(), 1, (redis.ConnectionError,)),
}


def at(url: str) -> Huey:
    """Raises SettingsError for an address that cannot be one."""
    if url == "memory:":
        return Huey(NAME, immediate=True)
    if url.startswith("sqlite:///"):
        return _sqlite(url.removeprefix("sqlite:///"))
    try:
        if url.startswith("postgresql://"):
            conninfo_to_dict(url)
            return Huey(NAME, results=False, storage_class=Postgres, dsn=url, connect_timeout=CONNECT_WITHIN)
        return RedisHuey(NAME, results=False, connection_pool=ConnectionPool.from_url(url, **REDIS))
    except (ValueError, psycopg.ProgrammingError):
        # What is wrong with it is not quoted: it may hold a password.
        raise SettingsError("WEBGATEWAY_QUEUE_URL is not an address of Redis or PostgreSQL.") from None


def _sqlite(filename: str) -> Huey:
    try:
        return SqliteHuey(NAME, filename=filename, results=False)
    except sqlite3.Error as error:
        raise SettingsError(
            f"WEBGATEWAY_QUEUE_URL: {filename} cannot be used ({error}). Nothing in it is missed: move it "
            "away and start again."
        ) from error


class Postgres(PostgresStorage):  # type: ignore[misc]
    """Huey's, but a connection makes the tables, one process at a time, and one from before a restart of the
    server is noticed."""

    def initialize_schema(self) -> None:
        """At the start: nothing."""

    @property
    def conn(self) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = super().conn
        try:
            connection.execute("SELECT 1")
        except psycopg.OperationalError:
            connection = super().conn  # a broken one is replaced
        return connection

    def _create_connection(self) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] = self._connect()
        with connection.transaction():
            # "if not exists" fails when two do it in the same moment.
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('webgateway queue'))")
            for statement in self.ddl:
                connection.execute(statement)
        return connection
