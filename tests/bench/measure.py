"""What a measure is: a bar, what was measured, whether it holds; and how many numbers become one."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One line of the table of measures. `holds` is None where nothing could be measured."""

    measure: str
    bar: str
    measured: str
    holds: bool | None

    @property
    def verdict(self) -> str:
        return {True: "holds", False: "FALLS SHORT", None: "–"}[self.holds]


@dataclass(frozen=True)
class Table:
    """What stands beside the measures: all the numbers they were made from."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


@dataclass
class Findings:
    rows: list[Row] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


@dataclass(frozen=True)
class Scale:
    """How long and how often; `quick` only shows that everything runs."""

    rounds: int = 5
    seconds: float = 3.0
    """of load in each round"""
    pages: float = 1.0
    """share of the full tables"""
    loads: int = 20
    """of each page in each round"""
    deliveries: int = 12
    """single ones in each round"""
    kills: int = 30
    """seconds of the kill test on each database"""


QUICK = Scale(rounds=2, seconds=0.5, pages=0.02, loads=4, deliveries=3, kills=5)


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that is not below `share` of all."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)] if ordered else math.nan


@dataclass(frozen=True)
class Times:
    """Seconds, by round; what is shown is the median of the rounds."""

    rounds: Sequence[Sequence[float]]

    @property
    def p50(self) -> float:
        return self._median(0.5)

    @property
    def p95(self) -> float:
        return self._median(0.95)

    @property
    def p99(self) -> float:
        return self._median(0.99)

    def _median(self, share: float) -> float:
        return statistics.median(percentile(times, share) for times in self.rounds)


def ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms" if seconds < 0.01 else f"{seconds * 1000:,.0f} ms"


def rate(per_second: float) -> str:
    return f"{per_second:,.0f}"
