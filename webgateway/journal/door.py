"""The door: keeps what Meta delivers, before it is answered. No framework in it; thin adapters serve it
(`public.py` under WSGI, `webgateway/asgi.py`).

A delivery is one committed row, then 200. Everything else happens later, in the worker.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Engine, Table, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from .. import metrics
from ..db import utcnow
from ..gateways.models import Gateway
from ..intent import first
from ..meta import signature
from .commits import GroupCommit, Place
from .keeping import Keeping, Row
from .keys import Key, Keys

log = logging.getLogger("webgateway.door")

LARGEST = 8 * 1024 * 1024
PATIENCE = 4.5
"""Seconds until a delivery that is not committed is answered 503. Meta waits for five: contract 6.4."""

GATEWAYS = cast(Table, Gateway.__table__)

Missed = dict[int, datetime]
"""Since when deliveries of a gateway could not be kept."""


@dataclass(frozen=True)
class Answer:
    """`name` is what it is counted by."""

    status: int
    text: str
    name: str


KEPT = Answer(200, "EVENT_RECEIVED", "kept")
NOT_JSON = Answer(400, "Not JSON\n", "not_json")
REFUSED = Answer(403, "Bad or missing signature\n", "refused")
UNKNOWN = Answer(404, "There is nothing here\n", "unknown")
TOO_SLOW = Answer(408, "The body did not come in time\n", "too_slow")
TOO_LARGE = Answer(413, "Too large\n", "too_large")
UNAVAILABLE = Answer(503, "That could not be kept right now\n", "unavailable")
"""Meta delivers again: contract 6.4."""


class Door:
    """One for each process."""

    def __init__(
        self,
        engine: Engine,
        find: Callable[[str], Key | None],
        remember_refusal: Callable[[Key], None],
        accept_sha1: bool = False,
    ) -> None:
        """`find` looks a gateway up by its URI; `remember_refusal` notes that a signature did not fit. Both
        raise SQLAlchemyError."""
        self.engine, self.remember_refusal, self.accept_sha1 = engine, remember_refusal, accept_sha1
        self.keeping = Keeping(engine)
        self.keys = Keys(find)
        self.commits: GroupCommit[Row] = GroupCommit(self._write)
        self.missed: Missed = {}

    def answer(self, uri: str, read: Callable[[], bytes], headers: Mapping[str, str]) -> Answer:
        """All in one, in a thread that may wait. The body is read only for a gateway that listens."""
        try:
            key = self.keys.fresh(uri) or self.keys.look_up(uri)
            if key is None:
                return UNKNOWN
            body = read()
            row = self.check(key, body, headers) or self.check_again(uri, body, headers)
        except SQLAlchemyError as error:
            return self.unavailable(uri, error)
        if isinstance(row, Answer):
            return row
        return KEPT if self.keep(row).kept(within=PATIENCE) else UNAVAILABLE

    def unavailable(self, uri: str, error: SQLAlchemyError) -> Answer:
        """Before the delivery could be looked at."""
        if key := self.keys.known.get(uri):
            self.missed.setdefault(key.gateway_id, utcnow())
        return unavailable(error)

    def check(self, key: Key, body: bytes, headers: Mapping[str, str]) -> Row | Answer | None:
        """The row to keep, or why not; None when the signature does not fit this key."""
        if len(body) > LARGEST:
            return TOO_LARGE
        verdict = signature.verdict(body, headers, key.secret, allow_sha1=self.accept_sha1)
        if verdict is None:
            return None
        if not _is_json(body):
            return NOT_JSON
        now = utcnow()
        return {
            "tenant_id": key.tenant_id,
            "gateway_id": key.gateway_id,
            "received_at": now,
            "body": body,
            "size": len(body),
            "signature": verdict,
            "state": "waiting",
            "attempts": 0,
            "next_try_at": now,
        }

    def check_again(self, uri: str, body: bytes, headers: Mapping[str, str]) -> Row | Answer:
        """With the secret of this very moment, before anything is refused. Asks the database."""
        key = self.keys.look_up(uri)
        if key is None:
            return UNKNOWN
        row = self.check(key, body, headers)
        if row is None:
            self.remember_refusal(key)
            return REFUSED
        return row

    def keep(self, row: Row) -> Place[Row]:
        return self.commits.add(row)

    def _write(self, rows: list[Row]) -> None:
        try:
            with first():
                kept = self.keeping.keep(rows)
            log.info("deliveries kept", extra={"deliveries": kept})
            metrics.deliveries.labels(KEPT.name).inc(len(rows))
            metrics.door.observe((utcnow() - rows[0]["received_at"]).total_seconds())
        except SQLAlchemyError as error:
            if not isinstance(error, IntegrityError):  # that is about one row, which nobody could keep
                for row in rows:
                    self.missed.setdefault(row["gateway_id"], row["received_at"])
            unavailable(error)
            raise
        if self.missed:
            self._note_missed()

    def _note_missed(self) -> None:
        """The database is back: Meta may have given up on what was answered 503. See outages.py."""
        missed, self.missed = self.missed, {}
        try:
            with self.engine.begin() as connection:
                for gateway_id, since in missed.items():
                    of_it = update(GATEWAYS).where(
                        GATEWAYS.c.id == gateway_id, GATEWAYS.c.missed_since.is_(None)
                    )
                    connection.execute(of_it.values(missed_since=since, missed_why="unavailable"))
        except SQLAlchemyError:
            self.missed = missed | self.missed


def unavailable(error: SQLAlchemyError) -> Answer:
    """The database is locked, full or away."""
    log.error("a delivery could not be kept: %s", getattr(error, "orig", None) or type(error).__name__)
    return UNAVAILABLE


def counted(answer: Answer) -> Answer:
    """What was kept is counted at its commit, for all of it at once."""
    if answer is not KEPT:
        metrics.deliveries.labels(answer.name).inc()
    return answer


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True
