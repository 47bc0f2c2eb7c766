"""The workers' signs of life: for /readyz, and for the page that says when there is none."""

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Mapped, mapped_column

from .db import Model, db, utcnow

BEAT = 5.0
"""Seconds between two signs."""
SEEN_LATELY = timedelta(seconds=4 * BEAT)


class Heartbeat(Model):
    __tablename__ = "heartbeats"

    worker: Mapped[str] = mapped_column(unique=True)
    seen_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)


def beat(worker: str) -> None:
    found = db.session.execute(update(Heartbeat).where(Heartbeat.worker == worker).values(seen_at=utcnow()))
    if not found.rowcount:  # type: ignore[attr-defined]
        db.session.add(Heartbeat(worker=worker))
    db.session.commit()


def leave(worker: str) -> None:
    """It ended as it should."""
    db.session.execute(delete(Heartbeat).where(Heartbeat.worker == worker))
    db.session.commit()
