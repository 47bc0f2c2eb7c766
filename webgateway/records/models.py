"""What the figures are told from."""

from datetime import date, datetime

import msgspec
from sqlalchemy import Dialect, Text, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Model, utcnow
from ..tenants.models import BelongsToTenant

NEVER = -1
"""Among seconds: it did not happen, or not yet."""


class Columns(msgspec.Struct):
    """One entry for each conversation, by the time of its opening: `opened` in seconds of the UTC day; ids, 0
    for none; how many messages came `came` and went `went`; seconds to the first `answer`, `waited` in queues
    and `lasted`, or NEVER; `how` it ended, as the index in ENDS; 1 or 0 for `offline` and `abandoned`."""

    opened: list[int] = []
    page: list[int] = []
    flow: list[int] = []
    queue: list[int] = []
    agent: list[int] = []
    came: list[int] = []
    went: list[int] = []
    answer: list[int] = []
    waited: list[int] = []
    lasted: list[int] = []
    how: list[int] = []
    offline: list[int] = []
    abandoned: list[int] = []


class ColumnsType(TypeDecorator[Columns]):
    """JSON, kept as text: numbers by the ten thousand, which msgspec reads many times faster than `json`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Columns | None, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Columns | None:
        return None if value is None else msgspec.json.decode(value, type=Columns)


class Day(Model, BelongsToTenant):
    """The conversations opened on a UTC day. `still_open` of them were so when they were counted."""

    __tablename__ = "record_days"
    __table_args__ = (UniqueConstraint("tenant_id", "day"),)

    day: Mapped[date]
    columns: Mapped[Columns] = mapped_column(ColumnsType)
    still_open: Mapped[int] = mapped_column(default=0)
    counted_at: Mapped[datetime] = mapped_column(default=utcnow)
