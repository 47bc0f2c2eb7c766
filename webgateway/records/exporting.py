"""Everything that fits a search, streamed: some conversations at a time, in transactions of their own."""

from collections.abc import Generator, Iterator
from typing import Any

from flask import Flask

from ..db import db, looking
from ..pages.models import AuditEntry
from ..users.models import User
from . import finding, transcript
from .search import NEWEST, Search

MOST = 10_000
"""Conversations in one file."""
AT_ONCE = 100
CUT = f"Only the newest {MOST:,} conversations are in this file. Narrow the search to get older ones."


class Export:
    """`conversations` is read once, by whoever sends it; `cut` is told after that."""

    def __init__(self, search: Search, user: User, format: str) -> None:
        self.search, self.complete = search, True
        search.sort = NEWEST
        self.entry_id = note(user, format, {})

    def conversations(self) -> Generator[dict[str, Any]]:
        counts = {"conversations": 0, "messages": 0}
        try:
            for ids in self._ids():
                with looking():
                    talks = list(transcript.told(ids, self.search.zone))
                for talk in talks:
                    counts["conversations"] += 1
                    counts["messages"] += len(talk["messages"])
                    yield talk
        finally:
            self._note(counts)

    def cut(self) -> str | None:
        return None if self.complete else CUT

    def _ids(self) -> Iterator[list[int]]:
        after, sent = None, 0
        while sent < MOST:
            with looking():
                found = finding.find(self.search, min(AT_ONCE, MOST - sent), after)
            sent += len(found.places)
            if found.places:
                yield [record_id for _, record_id in found.places]
            after = found.until
            if after is None:
                return
        self.complete = False

    def _note(self, counts: dict[str, int]) -> None:
        """Also when whoever asked has gone before the end."""
        db.session.get_one(AuditEntry, self.entry_id).counts = counts
        db.session.commit()


def note(user: User, format: str, counts: dict[str, int]) -> int:
    """That they export, before they do. Commits."""
    entry = AuditEntry(
        kind=f"records exported as {format}", tenant_id=user.tenant_id, user_id=user.id, counts=counts
    )
    db.session.add(entry)
    db.session.commit()
    return entry.id


class Stream:
    """What is sent piece by piece. Each has an application context of its own, and with it a session that
    ends: between two pieces others use the thread, and nothing is held."""

    def __init__(self, app: Flask, pieces: Generator[str]) -> None:
        self.app, self.pieces = app, pieces

    def __iter__(self) -> "Stream":
        return self

    def __next__(self) -> bytes:
        with self.app.app_context():
            return next(self.pieces).encode(errors="replace")

    def close(self) -> None:
        with self.app.app_context():
            self.pieces.close()
