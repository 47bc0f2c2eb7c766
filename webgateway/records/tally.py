"""What many conversations come to."""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import chain

from .days import ENDS
from .models import Columns


class Lengths:
    """Seconds, as some lists, each in order; those that never came are left out."""

    def __init__(self, *parts: Iterable[int]) -> None:
        ordered = sorted(chain.from_iterable(parts))
        self.parts = [array("i", ordered[bisect_left(ordered, 0) :])]

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

    def __init__(self, parts: Sequence[Columns] = ()) -> None:
        self.conversations = sum(map(len, parts))
        self.came = sum(sum(part.came) for part in parts)
        self.went = sum(sum(part.went) for part in parts)
        self.offline = sum(part.offline.tobytes().count(1) for part in parts)
        self.abandoned = sum(part.abandoned.tobytes().count(1) for part in parts)
        how = [part.how.tobytes() for part in parts]
        self.ends = [sum(part.count(number) for part in how) for number in range(len(ENDS))]
        self.answers = Lengths(*(part.answer for part in parts))
        self.waits = Lengths(*(part.waited for part in parts))
        self.lengths = Lengths(*(part.lasted for part in parts))

    @classmethod
    def of(cls, tallies: Iterable["Tally"]) -> "Tally":
        whole = cls()
        for tally in tallies:
            for name in ("conversations", "came", "went", "offline", "abandoned"):
                setattr(whole, name, getattr(whole, name) + getattr(tally, name))
            whole.ends = [one + another for one, another in zip(whole.ends, tally.ends, strict=True)]
            for name in ("answers", "waits", "lengths"):
                getattr(whole, name).add(getattr(tally, name))
        return whole
