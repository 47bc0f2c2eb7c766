"""Working hours: whether it is open at a moment, and when it opens next.

Spans are read off the clock on the wall of their time zone: where it is put forward or back, they begin and
end when it shows their times. `hours` that are None mean: always open.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .definition import Definition, Hours, Span

FAR = 400
"""Days ahead that are looked at for the next opening: a year with its holidays, and some."""
MIDNIGHT = 24 * 60


def hours_of(definition: Definition, page_meta_id: str | None) -> Hours | None:
    """Those of the page where it has its own, else the flow's."""
    return definition.page_hours.get(page_meta_id or "") or definition.hours


def is_open(hours: Hours | None, at: datetime) -> bool:
    """`at` is aware."""
    if hours is None:
        return True
    local = at.astimezone(zone(hours))
    now = (local - local.replace(hour=0, minute=0, second=0, microsecond=0)) / timedelta(minutes=1)
    return any(minute(span.opens) <= now < minute(span.closes) for span in spans_on(hours, local.date()))


def next_opening(hours: Hours | None, at: datetime) -> datetime | None:
    """The first moment from `at` on at which it is open, in UTC: `at` itself while it is; None when it stays
    closed for 400 days."""
    at = at.astimezone(UTC)
    if hours is None or is_open(hours, at):
        return at
    first = at.astimezone(zone(hours)).date()
    for day in (first + timedelta(days=ahead) for ahead in range(FAR + 1)):
        moments = (moment for moment in _moments(hours, day) if moment > at and is_open(hours, moment))
        if (opens := min(moments, default=None)) is not None:
            return opens
    return None


def fields(hours: Hours | None, at: datetime) -> dict[str, str]:
    """What texts may say about the next opening, on the clock of the hours' zone; nothing where it never
    opens. Only the time where it is today, since nobody says today's date."""
    opens = next_opening(hours, at)
    if hours is None or opens is None:
        return {}
    local, today = opens.astimezone(zone(hours)), at.astimezone(zone(hours)).date()
    clock, day = f"{local:%H:%M}", local.date().isoformat()
    return {
        "next_opening": clock if local.date() == today else f"{day} {clock}",
        "next_opening.date": day,
        "next_opening.time": clock,
        "next_opening.weekday": WEEKDAYS[local.weekday()],
    }


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def spans_on(hours: Hours, day: date) -> tuple[Span, ...]:
    """A holiday's where it is one, else the weekday's."""
    named = {holiday.date: holiday.spans for holiday in hours.holidays}
    return named.get(day.isoformat(), hours.week[day.weekday()])


def minute(clock: str) -> int:
    """Of the day, of HH:MM. Raises ValueError."""
    return int(clock[:2]) * 60 + int(clock[3:])


def zone(hours: Hours) -> ZoneInfo:
    """UTC where the system does not know it (any more)."""
    try:
        return ZoneInfo(hours.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _moments(hours: Hours, day: date) -> Iterator[datetime]:
    """When it may open on that day: where a span begins (twice where the clock is put back over it), and
    where the clock itself is put into one."""
    place = zone(hours)
    for span in spans_on(hours, day):
        if minute(span.opens) < MIDNIGHT:
            begins = datetime.combine(day, time.fromisoformat(span.opens), place)
            yield from (begins.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    change = _change(
        datetime.combine(day, time(), place), datetime.combine(day + timedelta(1), time(), place)
    )
    if change is not None:
        yield change


def _change(since: datetime, until: datetime) -> datetime | None:
    """When the clock is changed between two moments, to the minute; None when it is not."""
    place = since.tzinfo
    start, end = since.astimezone(UTC), until.astimezone(UTC)
    before = start.astimezone(place).utcoffset()
    if end.astimezone(place).utcoffset() == before:
        return None
    while end - start > timedelta(minutes=1):
        middle = start + timedelta(minutes=(end - start) // timedelta(minutes=2))
        if middle.astimezone(place).utcoffset() == before:
            start = middle
        else:
            end = middle
    return end
