"""PostgreSQL's manners: a connection that it has dropped meanwhile is opened anew before anybody uses it, and
who only reads goes without a transaction."""

import re
import select
import time
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import InvalidatePoolError

from .intent import only_reads

QUIET = 30.0
"""Seconds out of use after which a connection is asked for a sign of life. Where a server ends, its last word
lies there to be read, and costs no question; what a network forgets in silence looks like what is alive."""

MOST = 15
"""Connections of a process, which are kept: a new one costs more than many queries, and plans each anew until
it was asked a few times. The one used last is used next, so that few know the queries and do the work."""

LOCKS = re.compile(r"\sFOR (NO KEY UPDATE|UPDATE|KEY SHARE|SHARE)\b")


def options() -> dict[str, Any]:
    """For create_engine."""
    return {"pool_size": MOST, "max_overflow": 0, "pool_use_lifo": True}


def listen(engine: Engine) -> None:
    def left(_connection: Any, record: Any) -> None:
        record.info["left"] = time.monotonic()

    def look(connection: Any, record: Any, _proxy: object) -> None:
        now = time.monotonic()
        try:
            if now - record.info.get("left", now) > QUIET or _spoken_to(connection):
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            if not engine.dialect.is_disconnect(error, connection, None):
                raise
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", left)
    event.listen(engine, "checkout", look)
    event.listen(engine, "begin", begin)
    event.listen(engine, "before_cursor_execute", stay)


def begin(connection: Connection) -> None:
    """Who only reads goes without a transaction: each query sees what is committed by then in one, too, and
    its beginning and its end would each cost as much as a small query."""
    raw, alone = _raw(connection), only_reads()
    if raw.autocommit != alone and not _chose(connection):
        raw.autocommit = alone


def stay(
    connection: Connection, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool
) -> None:
    """In a transaction, what is written or locked there after all, and what is read in pieces as long as one
    lasts."""
    if not (context.is_crud or LOCKS.search(statement) or "yield_per" in context.execution_options):
        return
    raw = _raw(connection)
    if raw.autocommit and raw.info.transaction_status.name == "IDLE" and not _chose(connection):
        raw.execute("BEGIN")


def _raw(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


def _chose(connection: Connection) -> bool:
    """It was opened by who wants each statement committed by itself."""
    return "isolation_level" in connection.get_execution_options()


def _spoken_to(connection: Any) -> bool:
    """Without having asked: nothing is to be read from a connection that lies ready."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
