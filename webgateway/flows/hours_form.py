"""What people fill in about working hours: a week, day by day, and the days on which other hours hold."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from wtforms import Field, FieldList, Form, FormField, HiddenField, SelectField, StringField, ValidationError
from wtforms.validators import Length

from ..fields import one_line
from .hours import minute

DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
MOST_SPANS = 6
MOST_HOLIDAYS = 100
CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)")
NO_TIME = "Write a time, as 09:00."
BACKWARDS = "It ends before it begins. Past midnight: end this day at 00:00 and begin the next one at 00:00."
OVERLAP = "It overlaps with the hours before it."
UNKNOWN_ZONE = "This time zone is not known here. Choose one of the list."


@cache
def zones() -> dict[str, str]:
    """UTC and the zones named by a place."""
    places = (name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return {zone: zone for zone in ("UTC", *sorted(places))}


def clock(text: str | None) -> str:
    """9:00 becomes 09:00; what is no time stays as it is."""
    text = (text or "").strip()
    found = CLOCK.fullmatch(text)
    return f"{int(found[1]):02}:{found[2]}" if found else text


class ClockField(StringField):  # type: ignore[misc]
    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, filters=[clock], **kwargs)

    def pre_validate(self, form: Any) -> None:
        if not CLOCK.fullmatch(self.data or "") or minute(self.data or "") > 24 * 60:
            raise ValidationError(NO_TIME)


class SpanForm(Form):  # type: ignore[misc]
    """Ends at midnight where it ends at 00:00: browsers know no 24:00."""

    opens = ClockField("From")
    closes = ClockField("Until")

    @property
    def is_empty(self) -> bool:
        return not (self.opens.data or self.closes.data)

    @property
    def minutes(self) -> tuple[int, int]:
        return minute(self.opens.data or ""), minute(self.closes.data or "") or 24 * 60

    def validate(self, extra_validators: Any = None) -> bool:
        return self.is_empty or super().validate(extra_validators)


class SpansForm(Form):  # type: ignore[misc]
    spans = FieldList(FormField(SpanForm), "", max_entries=MOST_SPANS)

    @property
    def shown(self) -> list[SpanForm]:
        return [entry.form for entry in self.spans]

    def validate(self, extra_validators: Any = None) -> bool:
        return super().validate(extra_validators) and self._in_order()

    def _in_order(self) -> bool:
        """Each ends after it begins, and no two share a time."""
        taken: list[tuple[int, int]] = []
        for span in (span for span in self.shown if not span.is_empty):
            opens, closes = span.minutes
            if closes <= opens:
                span.closes.errors = [BACKWARDS]
            elif any(opens < end and start < closes for start, end in taken):
                span.opens.errors = [OVERLAP]
            taken.append((opens, closes))
        found = [entry.errors for entry in self.spans]
        self.spans.errors = found if any(found) else []
        return not any(found)


class HolidayForm(SpansForm):
    date = StringField("Date")
    name = StringField("Name", [Length(max=80)], filters=[one_line])

    def validate_date(self, field: Field) -> None:
        try:
            field.data = date.fromisoformat((field.data or "").strip()).isoformat()
        except ValueError:
            raise ValidationError("Write a date, as 2026-12-25.") from None


class HoursForm(Form):  # type: ignore[misc]
    time_zone = SelectField("Time zone", choices=zones, validate_choice=False)
    mon, tue, wed, thu, fri, sat, sun = (FormField(SpansForm, label) for label in DAYS.values())
    holidays = FieldList(FormField(HolidayForm), "Holidays", max_entries=MOST_HOLIDAYS)

    @property
    def days(self) -> Iterable[Any]:
        return [self[day] for day in DAYS]

    def validate_time_zone(self, field: Field) -> None:
        if field.data not in zones():
            raise ValidationError(UNKNOWN_ZONE)

    def validate_holidays(self, field: Any) -> None:
        dates: set[str] = set()
        for entry in field:
            if entry.form.date.data in dates:
                entry.form.date.errors = ["This date is in the list already."]
                raise ValidationError("A date is in the list twice.")
            dates.add(entry.form.date.data)


class PageHoursForm(Form):  # type: ignore[misc]
    """`page` is Meta's id of it."""

    page = HiddenField(validators=[Length(max=64)])
    hours = FormField(HoursForm, "")
