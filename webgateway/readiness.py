"""Whether this installation can do its work: asked within a bounded time, whatever hangs."""

import shutil
import time
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from .bounded import Question, answer
from .db import db, looking, utcnow
from .heartbeat import Heartbeat
from .settings import current_settings

WITHIN = 2.0  # seconds until what has not answered counts as away
# Longer than three beats of a worker.
SEEN_LATELY = timedelta(seconds=20)
ROOM = 100 * 1024 * 1024  # bytes that must be free where the instance folder lies

PROBLEMS = {
    "database": "The database does not answer.",
    "migrations": "The database is not on this version's schema: run `flask db upgrade`.",
    "queue": "The queue of side work does not answer.",
    "worker": "No worker was seen lately: start `flask worker`.",
    "disk": f"Less than {ROOM // 1024**2} MiB are free where the instance folder lies.",
}


def init_app(app: Flask) -> None:
    app.extensions["readiness"] = [Question(partial(ask, app)) for ask in (_database, _queue, _disk)]


def checks() -> dict[str, bool]:
    """By the names of PROBLEMS."""
    questions: list[Question[dict[str, bool]]] = current_app.extensions["readiness"]
    until = time.monotonic() + WITHIN
    found = dict.fromkeys(PROBLEMS, False)
    for begun in [question.begin() for question in questions]:
        told: dict[str, bool] | None = answer(begun, max(0.0, until - time.monotonic()))
        found |= told or {}
    return found


def _database(app: Flask) -> dict[str, bool]:
    with app.app_context():
        with looking():
            db.session.execute(select(1))
        return {"database": True, "migrations": _migrations(), "worker": _worker()}


def _migrations() -> bool:
    try:
        with looking():
            applied = db.session.scalars(text("SELECT version_num FROM alembic_version")).all()
    except SQLAlchemyError:
        return False
    return list(applied) == [newest_migration()]


@cache
def newest_migration() -> str:
    """By the numbers of the files: Alembic, which would read them all, takes several MiB in each process."""
    files = (Path(__file__).parent / "migrations" / "versions").glob("[0-9]*.py")
    return max(file.name.partition("_")[0] for file in files)


def _worker() -> bool:
    try:
        with looking():
            seen = db.session.scalar(select(func.max(Heartbeat.seen_at)))
    except SQLAlchemyError:
        return False
    return seen is not None and utcnow() - seen < SEEN_LATELY


def _queue(app: Flask) -> dict[str, bool]:
    app.extensions["huey"].pending_count()
    return {"queue": True}


def _disk(app: Flask) -> dict[str, bool]:
    with app.app_context():
        return {"disk": shutil.disk_usage(current_settings().instance).free >= ROOM}
