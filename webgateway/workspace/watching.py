"""One thread of a process looks at the database for all screens that it serves; nobody else does."""

import logging
import math
import sqlite3
import threading
import time
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Protocol

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from ..db import db, looking, utcnow
from ..gate import Gate
from ..queues.models import Agent
from . import news, waiting
from .news import News, Tokens, Watch

log = logging.getLogger(__name__)

EVERY = 0.1
"""Seconds between two questions whether anything was written."""
FEW, SHARE = 0.03, 0.1
"""Of a core that goes into looks: the dearer they are, the longer the rest after one. At most FEW while that
rest is not longer than SOON, at most SHARE in any case."""
SOON = 0.3
"""Seconds."""
AWAY = 2.0
"""The same while the database is away."""
AGAIN = waiting.MOMENT.total_seconds() + 1
"""Seconds after what was written last; the clock of who wrote it may be a little ahead."""
SEEN_EVERY = 20.0
"""Seconds between two notes that the agents are here."""


class Screen(Protocol):
    """Called in the watcher's thread."""

    watch: Watch
    uniquifier: str
    """Of the user when they signed in: changed when their sessions end."""
    seen: bool
    """That they are here has been noted."""

    def tell(self, tokens: Tokens) -> None: ...
    def end(self) -> None: ...


class Watcher:
    """Its thread lives as long as there are screens."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.screens: dict[Screen, Tokens] = {}
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None
        self.seen_at = time.monotonic()
        self.again_at = math.inf
        """When to look though nothing was written since: for whom then waited no longer than a moment."""

    def add(self, screen: Screen) -> None:
        with self.lock:
            self.screens[screen] = {}
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name="workspace", daemon=True)
                self.thread.start()

    def remove(self, screen: Screen) -> None:
        with self.lock:
            self.screens.pop(screen, None)

    def _run(self) -> None:
        try:
            with self.app.app_context():
                self._watch(Gate(db.engine))
        finally:
            with self.lock:
                if self.thread is threading.current_thread():
                    self.thread = None

    def _watch(self, gate: Gate) -> None:
        while self._watched():
            began, pause = time.thread_time(), EVERY
            try:
                self._look(gate)
                pause = rest(time.thread_time() - began)
            except (SQLAlchemyError, sqlite3.Error) as error:
                log.error("the workspaces hear nothing for now: %s", type(error).__name__)
                pause = AWAY
            finally:
                db.session.remove()
            time.sleep(pause)
        gate.close()

    def _watched(self) -> bool:
        with self.lock:
            if not self.screens:
                self.thread = None
            return bool(self.screens)

    def _look(self, gate: Gate) -> None:
        with self.lock:
            all_of_them = list(self.screens)
        screens = all_of_them
        with looking():
            written, now = gate.opened(), time.monotonic()
            again = now >= self.again_at
            if not (written or again):
                screens = [screen for screen in screens if not self.screens.get(screen)]
            found = news.look({screen.watch for screen in screens}) if screens else {}
        gate.looked()
        if written or again:
            self.again_at = now + AGAIN if written else math.inf
        for screen in screens:
            self._tell(screen, found.get(screen.watch))
        self._note(all_of_them)

    def _tell(self, screen: Screen, found: News | None) -> None:
        if found is None or not welcome(screen, found):
            screen.end()
            return
        known = self.screens.get(screen)
        if known is None:
            return
        screen.seen = screen.seen or _seen_lately(found)
        changed = {name: token for name, token in found.tokens.items() if known.get(name) != token}
        known.update(changed)
        if changed:
            screen.tell(changed)

    def _note(self, screens: Iterable[Screen]) -> None:
        """That their agents are here: at once for new screens, then every now and then."""
        due = time.monotonic() - self.seen_at > SEEN_EVERY
        new = [screen for screen in screens if due or not screen.seen]
        if not new:
            return
        _seen({screen.watch.user_id for screen in new})
        if due:
            self.seen_at = time.monotonic()
        for screen in new:
            screen.seen = True


def rest(spent: float) -> float:
    """Seconds until the next look after one that took so many of a core."""
    return max(EVERY, min(spent / FEW, SOON), spent / SHARE)


def _seen(user_ids: Collection[int]) -> None:
    """All at once; nobody waits for who is changing one of them meanwhile."""
    theirs = select(Agent.id).where(Agent.user_id.in_(user_ids)).with_for_update(skip_locked=True)
    db.session.execute(update(Agent).where(Agent.id.in_(theirs)).values(seen_at=utcnow()))
    db.session.commit()


def _seen_lately(found: News) -> bool:
    """A browser opens its stream anew with each conversation that it shows: that is no news."""
    seen_at = found.user.seen_at
    return seen_at is not None and utcnow() - seen_at < timedelta(seconds=SEEN_EVERY)


def welcome(screen: Screen, found: News) -> bool:
    """Whether the session that opened it still counts: who logs out somewhere opens it anew elsewhere."""
    user = found.user
    left = screen.seen and user.state is not None and user.seen_at is None
    return bool(user.active) and user.fs_uniquifier == screen.uniquifier and not left
