"""PostgreSQL's manners: a connection that it has dropped meanwhile is opened anew before anybody uses it."""

import select
import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

QUIET = 30.0
"""Seconds out of use after which a connection is asked for a sign of life. Where a server ends, its last word
lies there to be read, and costs no question; what a network forgets in silence looks like what is alive."""


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


def _spoken_to(connection: Any) -> bool:
    """Without having asked: nothing is to be read from a connection that lies ready."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
