"""Where side work is queued: a Huey on SQLite, Redis or PostgreSQL.

A server is not asked at the start: one that is away stops nothing, and is found again when it is back.
"""

import sqlite3

from .huey import Huey, SqliteHuey
from .settings import SettingsError

NAME = "webgateway"
CONNECT_WITHIN = 2  # seconds: a customer's message may be waiting behind this


def at(url: str) -> Huey:
    """Raises SettingsError for an address that cannot be one. The client of a server is loaded with it."""
    if url == "memory:":
        return Huey(NAME, immediate=True)
    if url.startswith("sqlite:///"):
        return _sqlite(url.removeprefix("sqlite:///"))
    try:
        if url.startswith("postgresql://"):
            from . import queue_postgresql

            return Huey(NAME, results=False, storage_class=queue_postgresql.Storage, dsn=url)
        from . import queue_redis

        return Huey(NAME, results=False, storage_class=queue_redis.Storage, address=url)
    except ValueError:
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
