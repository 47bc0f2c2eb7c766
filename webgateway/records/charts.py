"""Charts as templates draw them: numbers in a box of 100 by 100, labels around it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from . import lengths

Values = Sequence[float | None]
Say = Callable[[float | None], str]
BOX = 100.0
MARGIN = 0.1
"""Of a day's width, on both sides of its bar."""
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
    """A day: its place, and what it says."""

    x: float
    width: float
    text: str


@dataclass(frozen=True)
class Chart:
    """`paths`: of each series; they are lines, or else the outlines of bars. `ticks`: label and y. `ends`:
    the first, middle and last day."""

    name: str
    title: str
    summary: str
    series: list[Series]
    slots: list[Slot]
    paths: list[str]
    lines: bool
    ticks: list[tuple[str, float]]
    ends: list[str]

    @property
    def empty(self) -> bool:
        return not any(value for one in self.series for value in one.values)


def bars(name: str, title: str, days: Sequence[date], *series: Series) -> Chart:
    """One upon the other."""
    by_day = zip(*(one.values for one in series), strict=True)
    sums = [sum(value or 0 for value in values) for values in by_day]
    top = _top(max(sums, default=0), COUNTS)
    below = [0.0] * len(days)
    paths = []
    for one in series:
        heights = [(value or 0) / top * BOX for value in one.values]
        paths.append(_outlines(below, heights))
        below = [low + height for low, height in zip(below, heights, strict=True)]
    return _chart(name, title, days, series, sums, top, paths, _count)


def lines(name: str, title: str, days: Sequence[date], *series: Series) -> Chart:
    """Lengths of time, in seconds; where there is none the line is broken."""
    top = _top(max((value or 0 for one in series for value in one.values), default=0), SECONDS)
    paths = [_path(one.values, top) for one in series]
    return _chart(name, title, days, series, series[0].values, top, paths, lengths.words)


def _chart(
    name: str,
    title: str,
    days: Sequence[date],
    series: Sequence[Series],
    told: Values,
    top: float,
    paths: list[str],
    say: Say,
) -> Chart:
    """`told`: what the summary tells of."""
    return Chart(
        name=name,
        title=title,
        summary=_summary(days, told, say),
        series=list(series),
        slots=_slots(days, series, say),
        paths=paths,
        lines=say is not _count,
        ticks=_ticks(top, say),
        ends=_ends(days),
    )


def _slots(days: Sequence[date], series: Sequence[Series], say: Say) -> list[Slot]:
    width = BOX / len(days)
    slots = []
    for number, day in enumerate(days):
        told = ", ".join(f"{one.name} {say(one.values[number])}" for one in series)
        slots.append(Slot(round(number * width, 3), round(width, 3), f"{day_words(day)}: {told}"))
    return slots


def _outlines(below: Sequence[float], heights: Sequence[float]) -> str:
    width = BOX / len(heights)
    wide = (1 - 2 * MARGIN) * width
    return "".join(
        f"M{(number + MARGIN) * width:.2f} {BOX - low:.2f}v{-height:.2f}h{wide:.2f}v{height:.2f}z"
        for number, (low, height) in enumerate(zip(below, heights, strict=True))
        if height
    )


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


def _ticks(top: float, say: Say) -> list[tuple[str, float]]:
    """At the top, in the middle where that is a whole number, at the bottom."""
    middle = [(say(top / 2), BOX / 2)] if top % 2 == 0 else []
    return [(say(top), 0.0), *middle, ("0", BOX)]


def _ends(days: Sequence[date]) -> list[str]:
    chosen = dict.fromkeys((days[0], days[len(days) // 2], days[-1]))
    return [day_words(day) for day in chosen]


def _summary(days: Sequence[date], values: Values, say: Say) -> str:
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
