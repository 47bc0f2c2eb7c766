from datetime import UTC, datetime

import pytest

from webgateway.flows.changes import Change, changes
from webgateway.flows.definition import (
    Agents,
    Ask,
    Choice,
    Close,
    Definition,
    Holiday,
    Hours,
    Idle,
    Menu,
    Say,
    Span,
)
from webgateway.flows.words import opening, parts_of, told

DAY = (Span("09:00", "18:00"),)
OFFICE = Hours("Europe/Kyiv", (DAY, DAY, DAY, DAY, DAY, (), ()), (Holiday("2026-12-25", "Christmas"),))


@pytest.mark.parametrize(
    ("hours", "at", "words"),
    [
        (None, "2026-11-30 10:00", "Always open"),
        (OFFICE, "2026-11-30 10:00", "Open now"),
        (OFFICE, "2026-11-30 05:00", "Closed until 09:00"),
        (OFFICE, "2026-11-30 17:00", "Closed until tomorrow 09:00"),
        (OFFICE, "2026-11-27 17:00", "Closed until Mon 09:00"),
        (
            Hours(holidays=(Holiday("2026-12-24", "", DAY),)),
            "2026-11-27 17:00",
            "Closed until 2026-12-24 09:00",
        ),
        (Hours(), "2026-11-27 17:00", "Never open"),
    ],
)
def test_whether_it_is_open(hours, at, words):
    assert opening(hours, datetime.fromisoformat(at).replace(tzinfo=UTC))[0] == words


def test_hours_are_told_in_few_lines():
    assert told(OFFICE).splitlines() == [
        "Europe/Kyiv",
        "Monday–Friday: 09:00–18:00",
        "Saturday–Sunday: closed",
        "2026-12-25 Christmas: closed",
    ]


def test_parts_are_told_by_their_names():
    does = Definition(
        parts=(Ask(id="q", what="email", text="?"), Menu(id="m", text="?", name="Topic"), Close(id="c"))
    )
    assert parts_of(does) == "Ask for e-mail → Topic → Close"


class TestChanges:
    LIVE = Definition(parts=(Say(id="s", text="One"), Agents(id="a")), opening_message="Hi")

    def of(self, **does) -> list[Change]:
        given = {name: getattr(self.LIVE, name) for name in self.LIVE.__struct_fields__}
        return changes(self.LIVE, Definition(**{**given, **does}), {"7": "Cisco Dogs"})

    def test_nothing(self):
        assert self.of() == []

    def test_a_text(self):
        assert self.of(opening_message="Hello") == [Change("Opening message", "Hi", "Hello")]

    def test_hours_of_the_flow_and_of_a_page(self):
        found = self.of(hours=OFFICE, page_hours={"7": OFFICE})
        assert [(one.what, one.before) for one in found] == [
            ("Working hours", "Always open"),
            ("Hours of Cisco Dogs", ""),
        ]

    def test_a_part_that_changed_with_what_it_leads_to_by_name(self):
        menu = Menu(id="s", text="?", choices=(Choice("Go", "a"), Choice("On")))
        (only,) = self.of(parts=(menu, Agents(id="a", name="Sales")))[:1]
        assert only.what == "Part changed: Menu"
        assert only.before == "Text: One"
        assert "Quick replies: Go → Sales; On → the next one" in only.after

    def test_parts_that_moved(self):
        assert self.of(parts=self.LIVE.parts[::-1]) == [
            Change("Order of the parts", "1. Message\n2. Agents", "1. Agents\n2. Message")
        ]

    def test_where_it_begins_and_when_it_ends(self):
        found = self.of(first="a", idle=Idle(remind_after=5, reminder="Still there?", close_after=9))
        assert found == [
            Change("First part", "By the list", "Agents"),
            Change(
                "Silence", "Waits for ever", "Reminds after 5 minutes: Still there?\nCloses after 9 minutes"
            ),
        ]
