"""The queue of side work in PostgreSQL."""

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from .huey import storage as huey
from .queue_storage import CONNECT_WITHIN

huey.psycopg = psycopg


class Storage(huey.PostgresStorage):  # type: ignore[misc]
    """Huey's, but a connection makes the tables, one process at a time, and one from before a restart of the
    server is noticed."""

    def __init__(self, name: str, dsn: str, **options: Any) -> None:
        """Raises ValueError for an address that cannot be one."""
        try:
            conninfo_to_dict(dsn)
        except psycopg.ProgrammingError as error:
            raise ValueError from error
        super().__init__(name, dsn=dsn, connect_timeout=CONNECT_WITHIN, **options)

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
