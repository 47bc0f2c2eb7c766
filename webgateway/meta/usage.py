"""How much of its limits Meta says is used up: contract 7.6."""

from collections.abc import Iterator, Mapping
from typing import Any

from .values import dict_of, list_of

MEASURES = ("call_count", "total_time", "total_cputime")
USE_CASES = ("messenger", "instagram", "pages")


def of(usage: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    """Of `Graph.usage`, by limit (`app`, or a use case) and measure: percent, the fullest of several."""
    fullest: dict[tuple[str, str], float] = {}
    for limit, said in _limits(usage):
        for measure in MEASURES:
            percent = said.get(measure)
            if isinstance(percent, (int, float)):
                fullest[limit, measure] = max(percent, fullest.get((limit, measure), 0))
    return fullest


def _limits(usage: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "app", dict_of(usage.get("app"))
    for limits in dict_of(usage.get("business")).values():
        for said in map(dict_of, list_of(limits)):
            use_case = said.get("type")
            yield use_case if use_case in USE_CASES else "other", said
