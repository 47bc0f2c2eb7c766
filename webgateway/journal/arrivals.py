"""How many events arrive in each hour, of a page and of a whole gateway: so that a silence can be told from a
quiet night. The worker counts as it reads; looking costs a few hundred rows, however full the journal is."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ForeignKey, Index, case, delete, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Model, db, put, utcnow
from ..tasks import every
from .models import Delivery

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
WEEKS = 4
"""That are looked back on: the same hour of the same weekday."""
KEPT = WEEK * (WEEKS + 1)
WHOLE_GATEWAY = text("page_id IS NULL")


class Arrival(Model):
    """`number` events came in the hour that begins at `hour`, the last at `last_at`. Without a page it counts
    all of the gateway's."""

    __tablename__ = "arrivals"
    __table_args__ = (
        Index("uq_arrivals_page_id_hour", "page_id", "hour", unique=True),
        Index(
            "uq_arrivals_gateway_id_hour",
            *("gateway_id", "hour"),
            unique=True,
            sqlite_where=WHOLE_GATEWAY,
            postgresql_where=WHOLE_GATEWAY,
        ),
        Index("ix_arrivals_hour", "hour"),
    )

    gateway_id: Mapped[int] = mapped_column(ForeignKey("gateways.id", ondelete="CASCADE"))
    page_id: Mapped[int | None] = mapped_column(ForeignKey("pages.id", ondelete="CASCADE"))
    hour: Mapped[datetime]
    number: Mapped[int]
    last_at: Mapped[datetime]


def hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


Key = tuple[int, int | None, datetime]
"""Gateway, page or None, hour."""


class Tally:
    """What one batch of deliveries brought."""

    def __init__(self) -> None:
        self.numbers: Counter[Key] = Counter()
        self.last: dict[Key, datetime] = {}

    def add(self, delivery: Delivery, pages: Iterable[int | None]) -> None:
        """`pages`: of each event; None where it is no page of ours."""
        for page_id in pages:
            for whose in {None, page_id}:
                key = delivery.gateway_id, whose, hour_of(delivery.received_at)
                self.numbers[key] += 1
                self.last[key] = max(delivery.received_at, self.last.get(key, delivery.received_at))

    def write(self) -> None:
        """Few statements, however many events; the pages always in the same order. The caller commits."""
        of_gateways = [self._row(key) for key in self.numbers if key[1] is None]
        of_pages = [self._row(key) for key in sorted(key for key in self.numbers if key[1] is not None)]
        for numbers, of in ((of_gateways, "gateway_id"), (of_pages, "page_id")):
            if numbers:
                put(_adding(db.engine.dialect.name, of), numbers)

    def _row(self, key: Key) -> dict[str, object]:
        gateway_id, page_id, hour = key
        return {
            "gateway_id": gateway_id,
            "page_id": page_id,
            "hour": hour,
            "number": self.numbers[key],
            "last_at": self.last[key],
        }


@cache
def _adding(dialect: str, of: str) -> Any:
    """Made once: it is asked for each batch of deliveries."""
    more = (sqlite if dialect == "sqlite" else postgresql).insert(Arrival)
    new = more.excluded.last_at
    return more.on_conflict_do_update(
        index_elements=[of, "hour"],
        index_where=WHOLE_GATEWAY if of == "gateway_id" else None,
        set_={
            "number": Arrival.number + more.excluded.number,
            "last_at": case((new > Arrival.last_at, new), else_=Arrival.last_at),
        },
    )


@every(hour="4", minute="40")
def forget() -> None:
    db.session.execute(delete(Arrival).where(Arrival.hour < utcnow() - KEPT))
    db.session.commit()
