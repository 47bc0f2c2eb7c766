"""Whether anything at all was written since one last looked, which costs next to nothing to ask."""

from sqlalchemy import Engine, text
from sqlalchemy.pool import PoolProxiedConnection

from .db import db

# What is seen is the same as long as this is: https://www.postgresql.org/docs/current/functions-info.html
SNAPSHOT = text("SELECT CAST(pg_current_snapshot() AS text)")


class Gate:
    """Asked in one thread. On SQLite a connection of its own tells what the others have committed."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.own: PoolProxiedConnection | None = None
        self.seen: object = None
        self.now: object = None

    def opened(self) -> bool:
        """True until one has looked, and whenever something was written since."""
        self.now = self._version()
        return self.now != self.seen

    def looked(self) -> None:
        """At all there was when it was asked."""
        self.seen = self.now

    def close(self) -> None:
        """What is seen counts no more: another connection counts anew."""
        if self.own is not None:
            self.own.close()
        self.own = self.seen = None

    def _version(self) -> object:
        if self.engine.dialect.name != "sqlite":
            return db.session.scalar(SNAPSHOT)
        if self.own is None:
            self.own = self.engine.raw_connection()
        return self.own.cursor().execute("PRAGMA data_version").fetchone()
