from datetime import UTC, datetime

import pytest

from webgateway.flows.definition import Definition, Holiday, Hours, Span
from webgateway.flows.hours import fields, hours_of, is_open, next_opening

DAY = (Span("09:00", "12:00"), Span("13:00", "18:00"))
OFFICE = Hours("Europe/Kyiv", (DAY, DAY, DAY, DAY, DAY, (), ()))
ALWAYS = Hours("UTC", ((Span("00:00", "24:00"),),) * 7)
NIGHT = Hours("Europe/Berlin", ((Span("02:15", "02:45"),),) * 7)
EARLY = Hours("Europe/Berlin", ((Span("01:30", "02:30"),),) * 7)


def at(text: str) -> datetime:
    """In UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2026-11-30 07:00", True),  # Monday, 09:00 in Kyiv
        ("2026-11-30 06:59:59.999999", False),
        ("2026-11-30 10:00", False),  # lunch begins as the span ends
        ("2026-11-30 11:00", True),
        ("2026-11-30 15:59:59.999999", True),
        ("2026-11-30 16:00", False),
        ("2026-11-28 09:00", False),  # Saturday
        ("2026-07-06 06:00", True),  # summer time: an hour earlier
    ],
)
def test_it_is_open_while_the_clock_of_its_zone_shows_a_time_in_a_span(moment, opened):
    assert is_open(OFFICE, at(moment)) is opened


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-30 07:30", "2026-11-30 07:30"),  # it is open
        ("2026-11-30 06:00", "2026-11-30 07:00"),
        ("2026-11-30 10:30", "2026-11-30 11:00"),  # lunch
        ("2026-11-30 16:00", "2026-12-01 07:00"),
        ("2026-11-27 16:00", "2026-11-30 07:00"),  # a weekend
        ("2026-10-23 20:00", "2026-10-26 07:00"),  # a weekend on which the clocks are put back
        ("2026-03-27 20:00", "2026-03-30 06:00"),  # … and forward
        ("2026-12-31 23:30", "2027-01-01 07:00"),
    ],
)
def test_it_opens_next(moment, opens):
    assert next_opening(OFFICE, at(moment)) == at(opens)


def test_the_date_is_that_of_the_zone_and_not_utcs():
    auckland = Hours("Pacific/Auckland", ((Span("08:00", "10:00"),), (), (), (), (), (), ()))
    assert is_open(auckland, at("2026-11-29 19:30"))  # Monday there, Sunday in UTC
    assert next_opening(auckland, at("2026-11-29 21:00")) == at("2026-12-06 19:00")


def test_until_midnight_and_from_midnight_leaves_no_gap():
    assert all(
        is_open(ALWAYS, at(f"2026-11-{day} {clock}")) for day in (29, 30) for clock in ("23:59:59.9", "00:00")
    )


class TestHolidays:
    HOURS = Hours(
        "UTC",
        ((Span("09:00", "17:00"),),) * 7,
        (Holiday("2026-12-25", "Christmas"), Holiday("2026-12-31", "", (Span("10:00", "12:00"),))),
    )

    def test_without_hours_it_is_closed_all_day(self):
        assert not is_open(self.HOURS, at("2026-12-25 10:00"))
        assert next_opening(self.HOURS, at("2026-12-25 00:00")) == at("2026-12-26 09:00")

    def test_its_own_hours_take_the_place_of_the_weekdays(self):
        assert not is_open(self.HOURS, at("2026-12-31 09:30"))
        assert is_open(self.HOURS, at("2026-12-31 11:00"))
        assert next_opening(self.HOURS, at("2026-12-31 09:00")) == at("2026-12-31 10:00")

    def test_one_may_open_what_is_closed_else(self):
        only = Hours("UTC", holidays=(Holiday("2027-06-01", "Sale", (Span("10:00", "12:00"),)),))
        assert next_opening(only, at("2026-12-31 09:00")) == at("2027-06-01 10:00")


class TestWhereTheClockIsPutForward:
    """Berlin, 29 March 2026: 02:00 becomes 03:00, at 01:00 UTC."""

    def test_a_span_within_the_missing_hour_does_not_happen(self):
        assert next_opening(NIGHT, at("2026-03-29 00:30")) == at("2026-03-30 00:15")
        assert not is_open(NIGHT, at("2026-03-29 01:20"))

    def test_one_that_begins_in_it_begins_after_it(self):
        longer = Hours("Europe/Berlin", ((Span("02:30", "08:00"),),) * 7)
        assert not is_open(longer, at("2026-03-29 00:59:59"))
        assert next_opening(longer, at("2026-03-29 00:30")) == at("2026-03-29 01:00")


class TestWhereTheClockIsPutBack:
    """Berlin, 25 October 2026: 03:00 becomes 02:00, at 01:00 UTC."""

    def test_a_span_within_the_doubled_hour_happens_twice(self):
        moments = ["00:14", "00:20", "00:50", "01:10", "01:20", "01:50"]
        opened = [is_open(NIGHT, at(f"2026-10-25 {moment}")) for moment in moments]
        assert opened == [False, True, False, False, True, False]
        assert next_opening(NIGHT, at("2026-10-25 00:50")) == at("2026-10-25 01:15")

    def test_one_the_clock_is_put_into_opens_again_in_that_moment(self):
        assert not is_open(EARLY, at("2026-10-25 00:45"))
        assert next_opening(EARLY, at("2026-10-25 00:45")) == at("2026-10-25 01:00")

    def test_a_day_of_twenty_five_hours_ends_at_its_own_midnight(self):
        late = Hours("Europe/Berlin", ((Span("20:00", "24:00"),),) * 7)
        assert is_open(late, at("2026-10-25 22:59:59"))
        assert not is_open(late, at("2026-10-25 23:00"))


def test_a_clock_put_forward_at_midnight_opens_when_the_day_begins():
    beirut = Hours("Asia/Beirut", ((Span("00:00", "08:00"),),) * 7)
    assert next_opening(beirut, at("2026-03-28 21:59")) == at("2026-03-28 22:00")  # 01:00 there
    assert is_open(beirut, at("2026-03-28 22:00"))


def test_hours_without_any_span_never_open():
    assert next_opening(Hours(), at("2026-11-30 07:00")) is None
    assert not is_open(Hours(), at("2026-11-30 07:00"))
    past = Hours(holidays=(Holiday("2026-01-01", "", (Span("09:00", "10:00"),)),))
    assert next_opening(past, at("2026-11-30 07:00")) is None


def test_no_hours_are_always_open():
    assert is_open(None, at("2026-11-29 03:00"))
    assert next_opening(None, at("2026-11-29 03:00")) == at("2026-11-29 03:00")
    assert fields(None, at("2026-11-29 03:00")) == {}


def test_a_zone_the_system_does_not_know_counts_as_utc():
    assert is_open(Hours("Mars/Olympus", ((Span("09:00", "10:00"),),) * 7), at("2026-11-30 09:30"))


def test_a_page_may_have_hours_of_its_own():
    definition = Definition(hours=OFFICE, page_hours={"77": ALWAYS})
    assert hours_of(definition, "77") is ALWAYS
    assert hours_of(definition, "78") is hours_of(definition, None) is OFFICE
    assert hours_of(Definition(), "77") is None


def test_texts_may_say_when_it_opens():
    assert fields(OFFICE, at("2026-11-27 20:00")) == {
        "next_opening": "2026-11-30 09:00",
        "next_opening.date": "2026-11-30",
        "next_opening.time": "09:00",
        "next_opening.weekday": "Monday",
    }
    assert fields(OFFICE, at("2026-11-30 03:00"))["next_opening"] == "09:00"
    assert fields(Hours(), at("2026-11-30 03:00")) == {}
