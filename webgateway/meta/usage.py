"""How much of its limits an app or a page has used, as Meta's headers tell it: contract 7.6."""

from collections.abc import Iterator, Mapping
from typing import Any

from .values import dict_of, int_of, list_of

MEASURES = ("call_count", "total_time", "total_cputime")
OF_SENDING = ("messenger", "instagram", "pages")
LONGEST = 24 * 60
"""Minutes: no limit of Meta's looks further back."""


def percent(limit: Mapping[str, Any]) -> int:
    """The fullest of its counters; Meta throttles at 100."""
    return max(int_of(limit.get(name)) or 0 for name in MEASURES)


def of(usage: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    """Of `Graph.usage`, by limit (`app`, or a use case) and measure: percent, the fullest of several."""
    fullest: dict[tuple[str, str], float] = {}
    for limit, said in _named(usage):
        for measure in MEASURES:
            percent = said.get(measure)
            if isinstance(percent, (int, float)):
                fullest[limit, measure] = max(percent, fullest.get((limit, measure), 0))
    return fullest


def business_percent(business: Mapping[str, Any]) -> int:
    """The fullest limit that sending counts against."""
    return max((percent(limit) for limit in _limits(business) if limit.get("type") in OF_SENDING), default=0)


def wait_minutes(business: Mapping[str, Any]) -> int | None:
    """Until Meta takes calls again, when it says so."""
    waits = [int_of(limit.get("estimated_time_to_regain_access")) or 0 for limit in _limits(business)]
    longest = max(waits, default=0)
    return min(longest, LONGEST) if longest > 0 else None


def _limits(business: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for limits in business.values():
        yield from (limit for limit in list_of(limits) if isinstance(limit, Mapping))


def _named(usage: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "app", dict_of(usage.get("app"))
    for limit in _limits(dict_of(usage.get("business"))):
        use_case = limit.get("type")
        yield use_case if use_case in OF_SENDING else "other", limit
