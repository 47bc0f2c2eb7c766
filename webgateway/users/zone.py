"""In which time zone a person reads times."""

from zoneinfo import ZoneInfo, available_timezones

from flask import request

from .rights import signed_in

COOKIE = "zone"
"""Where a script says which zone the browser is in."""


def viewers() -> ZoneInfo:
    """The one their profile names, else the browser's, else UTC."""
    named = signed_in().time_zone or request.cookies.get(COOKIE, "")
    return ZoneInfo(named if named in available_timezones() else "UTC")
