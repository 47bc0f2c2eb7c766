"""The workers' signs of life: for readiness, and for whoever waits for their work."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from .db import Model, db, utcnow

BEAT = 5.0
"""Seconds between two signs."""
SEEN_LATELY = timedelta(seconds=4 * BEAT)


class Heartbeat(Model):
    """A worker's sign of life, for /readyz and the header."""

    __tablename__ = "heartbeats"

    worker: Mapped[str] = mapped_column(unique=True)
    seen_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)


def beat(name: str) -> None:
    found = db.session.execute(update(Heartbeat).where(Heartbeat.worker == name).values(seen_at=utcnow()))
    if not found.rowcount:  # type: ignore[attr-defined]
        db.session.add(Heartbeat(worker=name))
    db.session.commit()


def leave(name: str) -> None:
    """It ended as it should."""
    db.session.execute(delete(Heartbeat).where(Heartbeat.worker == name))
    db.session.commit()


def worker_seen_lately() -> bool:
    return is_lately(db.session.scalar(select(func.max(Heartbeat.seen_at))))


def is_lately(seen_at: datetime | None) -> bool:
    return seen_at is not None and utcnow() - seen_at < SEEN_LATELY
