"""Charts as templates draw them: numbers in a box of 100 by 100, labels around it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from . import lengths

Values = Sequence[float | None]
BOX = 100.0
COUNTS = (1, 2, 4, 5, 10)
SECONDS = (
    *(1, 2, 5, 10, 20, 30),
    *(60 * n for n in (1, 2, 5, 10, 20, 30)),
    *(3600 * n for n in (1, 2, 4, 6, 12, 24)),
)


@dataclass(frozen=True)
class Series:
    name: str
    values: Values


@dataclass(frozen=True)
class Slot:
    """A day: its place, its bars as (y, height), and what it says."""

    x: float
    width: float
    bars: list[tuple[float, float]]
    text: str


@dataclass(frozen=True)
class Chart:
    """`lines`: the path of each series, when it is drawn by lines. `ticks`: label and y. `ends`: the first,
    middle and last day."""

    name: str
    title: str
    summary: str
    series: list[Series]
    slots: list[Slot]
    lines: list[str]
    ticks: list[tuple[str, float]]
    ends: list[str]

    @property
    def empty(self) -> bool:
        return not any(value for one in self.series for value in one.values)


def bars(name: str, title: str, days: Sequence[date], *series: Series) -> Chart:
    """One upon the other."""
    sums = [
        sum(value or 0 for value in values) for values in zip(*(one.values for one in series), strict=True)
    ]
    top = _top(max(sums, default=0), COUNTS)
    slots = []
    for number, day in enumerate(days):
        stacked, below = [], 0.0
        for one in series:
            height = (one.values[number] or 0) / top * BOX
            stacked.append((round(BOX - below - height, 3), round(height, 3)))
            below += height
        slots.append(_slot(number, day, days, stacked, series, _count))
    return Chart(
        name, title, _summary(days, sums, _count), list(series), slots, [], _ticks(top, _count), _ends(days)
    )


def lines(name: str, title: str, days: Sequence[date], *series: Series) -> Chart:
    """Lengths of time, in seconds; where there is none the line is broken."""
    top = _top(max((value or 0 for one in series for value in one.values), default=0), SECONDS)
    slots = [_slot(number, day, days, [], series, lengths.words) for number, day in enumerate(days)]
    paths = [_path(one.values, top) for one in series]
    summary = _summary(days, series[0].values, lengths.words)
    return Chart(name, title, summary, list(series), slots, paths, _ticks(top, lengths.words), _ends(days))


def _slot(
    number: int,
    day: date,
    days: Sequence[date],
    stacked: list[tuple[float, float]],
    series: Sequence[Series],
    say: Callable[[float | None], str],
) -> Slot:
    width = BOX / len(days)
    told = ", ".join(f"{one.name} {say(one.values[number])}" for one in series)
    return Slot(round(number * width, 3), round(width, 3), stacked, f"{day_words(day)}: {told}")


def _path(values: Values, top: float) -> str:
    """A lone point is drawn as a line of no length, which a round cap makes visible."""
    width, path, drawing = BOX / len(values), "", False
    for number, value in enumerate(values):
        if value is not None:
            place = f"{(number + 0.5) * width:.2f} {BOX - value / top * BOX:.2f}"
            path += f"L{place}" if drawing else f"M{place}h0"
        drawing = value is not None
    return path


def _top(highest: float, steps: Sequence[int]) -> float:
    """A number that is easily read, not below the highest."""
    if steps is COUNTS:
        size = 10 ** math.floor(math.log10(highest)) if highest >= 1 else 1
        return float(next(step * size for step in COUNTS if step * size >= highest))
    if highest > steps[-1]:
        return math.ceil(highest / steps[-1]) * steps[-1]
    return float(next(step for step in steps if step >= highest))


def _ticks(top: float, say: Callable[[float | None], str]) -> list[tuple[str, float]]:
    """At the top, in the middle where that is a whole number, at the bottom."""
    middle = [(say(top / 2), BOX / 2)] if top % 2 == 0 else []
    return [(say(top), 0.0), *middle, ("0", BOX)]


def _ends(days: Sequence[date]) -> list[str]:
    chosen = dict.fromkeys((days[0], days[len(days) // 2], days[-1]))
    return [day_words(day) for day in chosen]


def _summary(days: Sequence[date], values: Values, say: Callable[[float | None], str]) -> str:
    known = [(value, day) for day, value in zip(days, values, strict=True) if value is not None]
    if not any(value for value, _ in known):
        return "Nothing in these days."
    (most, when), (least, then) = max(known, key=lambda one: one[0]), min(known, key=lambda one: one[0])
    if len(known) == 1:
        return f"{say(most)} on {day_words(when)}."
    if most == least:
        return f"{say(most)} on each day."
    return f"Highest on {day_words(when)} with {say(most)}, lowest on {day_words(then)} with {say(least)}."


def day_words(day: date) -> str:
    return f"{day:%-d %b %Y}"


def _count(value: float | None) -> str:
    return f"{value or 0:,.0f}"
