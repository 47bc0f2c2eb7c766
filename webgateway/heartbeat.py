"""The workers' signs of life: for readiness, and for whoever waits for their work."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from .db import Model, db, utcnow

# Longer than three beats of a worker.
SEEN_LATELY = timedelta(seconds=20)


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


def worker_seen_lately() -> bool:
    seen = db.session.scalar(select(func.max(Heartbeat.seen_at)))
    return seen is not None and utcnow() - seen < SEEN_LATELY
