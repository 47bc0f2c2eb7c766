"""Lengths of time as people say them."""

from datetime import timedelta

MINUTE, HOUR, DAY = 60, 3600, 86_400


def words(length: timedelta | float | None) -> str:
    """`45 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`; a dash for none."""
    if length is None:
        return "–"
    seconds = round(length.total_seconds() if isinstance(length, timedelta) else length)
    for unit, name, smaller, its_name in (
        (DAY, "d", HOUR, "h"),
        (HOUR, "h", MINUTE, "min"),
        (MINUTE, "min", 1, "s"),
    ):
        if seconds >= unit:
            rest = seconds % unit // smaller
            return f"{seconds // unit} {name} {rest} {its_name}" if rest else f"{seconds // unit} {name}"
    return f"{seconds} s"
