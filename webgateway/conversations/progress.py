"""How far recoveries are, added up from their comparisons in one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from ..db import db, utcnow
from .models import Comparison, Recovery

LISTED = 50
SOON = timedelta(seconds=10)
"""A pause between two calls is none."""


@dataclass(frozen=True)
class Progress:
    """`waiting` and `failed` of `total` pages and channels; `next_at`: when the first of them goes on."""

    total: int = 0
    waiting: int = 0
    failed: int = 0
    looked: int = 0
    brought: int = 0
    settled: int = 0
    cut: int = 0
    next_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def under_way(self) -> bool:
        return self.waiting > 0

    @property
    def paused_until(self) -> datetime | None:
        return self.next_at if self.next_at and self.next_at > utcnow() + SOON else None


def of(recoveries: Sequence[Recovery]) -> dict[int, Progress]:
    """By the recovery's id."""
    waiting = Comparison.state == "waiting"
    rows = db.session.execute(
        select(
            Comparison.recovery_id,
            func.count(),
            func.sum(case((waiting, 1), else_=0)),
            func.sum(case((Comparison.state == "failed", 1), else_=0)),
            *(
                func.sum(column)
                for column in (Comparison.looked, Comparison.brought, Comparison.settled, Comparison.cut)
            ),
            func.min(case((waiting, Comparison.next_try_at))),
            func.max(Comparison.finished_at),
        )
        .where(Comparison.recovery_id.in_([recovery.id for recovery in recoveries]))
        .group_by(Comparison.recovery_id)
    )
    return {row[0]: Progress(*row[1:]) for row in rows}


def troubled(recovery: Recovery) -> Sequence[Comparison]:
    """Those with something to say: failed, or waiting for another try."""
    return db.session.scalars(
        select(Comparison)
        .where(Comparison.recovery_id == recovery.id, Comparison.error.is_not(None))
        .options(joinedload(Comparison.page))
        .order_by(Comparison.id)
        .limit(LISTED)
    ).all()
