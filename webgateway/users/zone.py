"""In which time zone a person reads times."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from flask import request

from .rights import signed_in

COOKIE = "zone"
"""Where a script says which zone the browser is in."""


def viewers() -> ZoneInfo:
    """The one their profile names, else the browser's, else UTC."""
    named = signed_in().time_zone or request.cookies.get(COOKIE, "")
    return ZoneInfo(named if named in _zones() else "UTC")


@cache
def _zones() -> frozenset[str]:
    """The system's list is read from the disk each time it is asked for."""
    return frozenset(available_timezones())
