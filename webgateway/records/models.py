"""What the figures are told from."""

import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, LargeBinary, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Model, utcnow
from ..tenants.models import BelongsToTenant

NEVER = -1
"""Among seconds: it did not happen, or not yet."""


class Columns:
    """One entry for each conversation, by the time of its opening: `opened` in seconds of the UTC day; ids, 0
    for none; how many messages `came` and `went`; seconds to the first `answer`, `waited` in queues and
    `lasted`, or NEVER; `how` it ended, as the index in ENDS; 1 or 0 for `offline` and `abandoned`.

    Arrays of numbers, of which there may be a hundred thousand for one page.
    """

    TYPES = {
        "opened": "I",
        **dict.fromkeys(("page", "flow", "queue", "agent"), "Q"),
        **dict.fromkeys(("came", "went"), "I"),
        **dict.fromkeys(("answer", "waited", "lasted"), "i"),
        **dict.fromkeys(("how", "offline", "abandoned"), "B"),
    }
    opened: "array[int]"
    came: "array[int]"
    went: "array[int]"
    answer: "array[int]"
    waited: "array[int]"
    lasted: "array[int]"
    how: "array[int]"
    offline: "array[int]"
    abandoned: "array[int]"

    def __init__(self, **columns: Iterable[int]) -> None:
        for name, kind in self.TYPES.items():
            setattr(self, name, array(kind, columns.get(name, ())))

    def __len__(self) -> int:
        return len(self.opened)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Columns) and self.pack() == other.pack()

    __hash__ = None  # type: ignore[assignment]

    def column(self, name: str) -> "array[int]":
        found: array[int] = getattr(self, name)
        return found

    def extend(self, other: "Columns") -> None:
        for name in self.TYPES:
            self.column(name).extend(other.column(name))

    def between(self, first: int, last: int) -> "Columns":
        return self._each(lambda column: column[first:last])

    def some(self, numbers: Sequence[int]) -> "Columns":
        """Those at these places."""
        if len(numbers) < 2:
            return self._each(lambda column: [column[one] for one in numbers])
        return self._each(itemgetter(*numbers))

    def _each(self, chosen: "Callable[[array[int]], Iterable[int]]") -> "Columns":
        """One after another: a hundred thousand numbers take far less room in an array."""
        columns = Columns()
        for name in self.TYPES:
            columns.column(name).extend(chosen(self.column(name)))
        return columns

    def pack(self) -> bytes:
        return b"".join(_little(self.column(name)).tobytes() for name in self.TYPES)

    @classmethod
    def unpack(cls, packed: bytes) -> "Columns":
        sizes = [array(kind).itemsize for kind in cls.TYPES.values()]
        number, place, columns = len(packed) // sum(sizes), 0, cls()
        for name, size in zip(cls.TYPES, sizes, strict=True):
            columns.column(name).frombytes(packed[place : place + number * size])
            place += number * size
            setattr(columns, name, _little(columns.column(name)))
        return columns


def _little(column: "array[int]") -> "array[int]":
    """To and from the order of bytes in which they are kept."""
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    return column


class Packed(TypeDecorator[Columns]):
    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Columns | None, dialect: Dialect) -> bytes | None:
        return None if value is None else value.pack()

    def process_result_value(self, value: Any, dialect: Dialect) -> Columns | None:
        return None if value is None else Columns.unpack(value)


class Day(Model, BelongsToTenant):
    """The conversations opened on a UTC day. `still_open` of them were so when they were counted."""

    __tablename__ = "record_days"
    __table_args__ = (UniqueConstraint("tenant_id", "day"),)

    day: Mapped[date]
    columns: Mapped[Columns] = mapped_column(Packed)
    still_open: Mapped[int] = mapped_column(default=0)
    counted_at: Mapped[datetime] = mapped_column(default=utcnow)
