"""What many conversations come to."""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from .days import ENDS
from .models import Columns


class Lengths:
    """Seconds, as some lists, each in order; those that never came are left out."""

    def __init__(self, told: Iterable[int] = ()) -> None:
        ordered = sorted(told)
        came = array("i", ordered[bisect_left(ordered, 0) :])
        self.parts = [came] if came else []

    def add(self, other: "Lengths") -> None:
        self.parts += other.parts

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    @property
    def median(self) -> float | None:
        number = len(self)
        return (self._at((number - 1) // 2) + self._at(number // 2)) / 2 if number else None

    def share(self, share: float) -> int | None:
        """The smallest that at least this share do not exceed."""
        number = len(self)
        return self._at(math.ceil(number * share) - 1) if number else None

    def within(self, seconds: int) -> int:
        return sum(bisect_right(part, seconds) for part in self.parts)

    def _at(self, place: int) -> int:
        """The one that stands there when all are in order, from 0. It is closed in on: to merge hundreds of
        lists takes far longer."""
        if len(self.parts) == 1:
            return self.parts[0][place]
        low, high = 0, max(part[-1] for part in self.parts if part)
        while low < high:
            middle = (low + high) // 2
            if self.within(middle) > place:
                high = middle
            else:
                low = middle + 1
        return low


class Tally:
    """`answers` of those that got one, `waits` of those that were handed over to agents, `lengths` of those
    that ended. `ends` counts by the index in ENDS."""

    def __init__(self, of: Columns | None = None) -> None:
        columns = Columns() if of is None else of
        self.conversations = len(columns)
        self.came, self.went = sum(columns.came), sum(columns.went)
        self.offline = columns.offline.tobytes().count(1)
        self.abandoned = columns.abandoned.tobytes().count(1)
        how = columns.how.tobytes()
        self.ends = [how.count(number) for number in range(len(ENDS))]
        self.answers, self.waits = Lengths(columns.answer), Lengths(columns.waited)
        self.lengths = Lengths(columns.lasted)

    def add(self, other: "Tally") -> None:
        for name in ("conversations", "came", "went", "offline", "abandoned"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.ends = [one + another for one, another in zip(self.ends, other.ends, strict=True)]
        for name in ("answers", "waits", "lengths"):
            getattr(self, name).add(getattr(other, name))

    @classmethod
    def of(cls, tallies: Iterable["Tally"]) -> "Tally":
        whole = cls()
        for tally in tallies:
            whole.add(tally)
        return whole
