"""Rows are added, removed and moved without anything typed being lost, with scripts and without."""

import pytest
from bs4 import BeautifulSoup
from werkzeug.datastructures import MultiDict

from tests import cast
from tests.flows.sent import fields_of, parts_of
from webgateway.flows.arranging import arrange
from webgateway.flows.definition import Agents, Close, Holiday, Hours, Say, Span

PARTS = (Say(id="s", text="One"), Agents(id="a", text="Two"), Close(id="c"))
HOURS = Hours("Europe/Kyiv", ((Span("09:00", "12:00"), Span("13:00", "24:00")), (), (), (), (), (), ()))


@pytest.fixture
def flow(app):
    return cast.flow(parts=PARTS, hours=HOURS)


def after(client, flow, *acts, **typed):
    """The page after these acts, one after the other; `typed` before the first."""
    page = client.get(f"/flows/{flow.id}").text
    for act in acts:
        answer = client.post(f"/flows/{flow.id}/arrangement", data={**fields_of(page), **typed, "act": act})
        assert answer.status_code == 200
        page, typed = answer.text, {}
    return page


class TestParts:
    @pytest.mark.parametrize("kind", ["say", "menu", "ask", "bot", "agents", "close"])
    def test_one_is_added_at_the_end(self, as_ada, flow, kind):
        page = after(as_ada, flow, f"add:parts:{kind}")
        assert parts_of(page) == ["say", "agents", "close", kind]
        assert fields_of(page)["parts-3-id"] not in ("s", "a", "c", "")

    def test_one_moves_with_all_that_was_typed_in_it(self, as_ada, flow):
        page = after(as_ada, flow, "up:parts-1", **{"parts-1-text": "{{ wrong", "name": ""})
        fields = fields_of(page)
        assert parts_of(page) == ["agents", "say", "close"]
        assert (fields["parts-0-text"], fields["parts-1-text"], fields["name"]) == ("{{ wrong", "One", "")
        assert "aria-invalid" not in page

    def test_down_and_up_again_is_as_it_was(self, as_ada, flow):
        page = after(as_ada, flow, "down:parts-0", "down:parts-1", "up:parts-2", "up:parts-1")
        assert parts_of(page) == ["say", "agents", "close"]

    def test_one_is_removed(self, as_ada, flow):
        page = after(as_ada, flow, "remove:parts-1")
        assert parts_of(page) == ["say", "close"]

    def test_what_led_to_a_removed_part_says_so_and_is_refused(self, as_ada, flow):
        page = after(as_ada, flow, "remove:parts-2", **{"parts-0-then": "c"})
        assert "A part that is gone" in page
        answer = as_ada.post(f"/flows/{flow.id}", data=fields_of(page))
        assert answer.status_code == 422
        assert "The part it led to is gone. Choose another." in answer.text

    def test_quick_replies_come_and_go_within_their_menu(self, as_ada, flow):
        page = after(as_ada, flow, "add:parts:menu", "add:parts-3-choices", **{"parts-0-text": "typed"})
        assert sorted(name for name in fields_of(page) if name.endswith("-title")) == [
            f"parts-3-choices-{place}-title" for place in range(3)
        ]
        page = after(as_ada, flow, "add:parts:menu", "remove:parts-3-choices-0", "remove:parts-3-choices-0")
        assert not [name for name in fields_of(page) if name.endswith("-title")]

    def test_the_keyboard_goes_on_where_something_happened(self, as_ada, flow):
        assert focused(after(as_ada, flow, "add:parts:say")) == "parts-3-name"
        assert focused(after(as_ada, flow, "down:parts-0")) == "down:parts-1"
        assert focused(after(as_ada, flow, "down:parts-1")) == "up:parts-2"
        assert focused(after(as_ada, flow, "remove:parts-1")) == "add:parts"
        assert focused(after(as_ada, flow, "add:hours-sat-spans")) == "hours-sat-spans-0-opens"
        assert focused(after(as_ada, flow, "add:hours-holidays")) == "hours-holidays-0-date"
        assert focused(after(as_ada, flow, "copy:hours-mon")) == "copy:hours-mon"
        assert focused(after(as_ada, flow, "remove:hours-mon-spans-0")) == "add:hours-mon-spans"

    def test_it_stays_unsaved(self, as_ada, flow):
        assert "data-changed" not in as_ada.get(f"/flows/{flow.id}").text
        assert "data-changed" in after(as_ada, flow, "remove:parts-0")
        assert flow.draft is None


def focused(page: str) -> str:
    (only,) = BeautifulSoup(page, "html.parser").select("main [autofocus]:not(dialog *)")
    return only["id"]


class TestHours:
    def test_a_span_is_added_after_the_last_one(self, as_ada, flow):
        fields = fields_of(after(as_ada, flow, "add:hours-mon-spans", "add:hours-sat-spans"))
        assert fields["hours-mon-spans-1-closes"] == "00:00"
        assert fields["hours-mon-spans-2-opens"] == "00:00"
        assert (fields["hours-sat-spans-0-opens"], fields["hours-sat-spans-0-closes"]) == ("09:00", "18:00")

    def test_mondays_hours_are_copied_to_friday(self, as_ada, flow):
        fields = fields_of(after(as_ada, flow, "copy:hours-mon"))
        assert fields["hours-fri-spans-1-opens"] == "13:00"
        assert "hours-sat-spans-0-opens" not in fields

    def test_holidays_come_and_go(self, as_ada, flow):
        page = after(as_ada, flow, "add:hours-holidays", "add:hours-holidays-0-spans", "add:hours-holidays")
        fields = fields_of(page)
        assert {
            "hours-holidays-0-date",
            "hours-holidays-1-name",
            "hours-holidays-0-spans-0-opens",
        } <= fields.keys()

    def test_a_page_gets_hours_that_begin_as_the_flows(self, as_ada, flow):
        cast.page(cast.gateway(flow=flow))
        fields = fields_of(after(as_ada, flow, "add:page_hours", new_page="102938475610293"))
        assert fields["page_hours-0-page"] == "102938475610293"
        assert fields["page_hours-0-hours-time_zone"] == "Europe/Kyiv"
        assert fields["page_hours-0-hours-mon-spans-1-opens"] == "13:00"

    def test_a_page_gets_them_once_and_only_where_one_was_chosen(self, as_ada, flow):
        cast.page(cast.gateway(flow=flow))
        page = after(as_ada, flow, "add:page_hours", "add:page_hours", new_page="102938475610293")
        assert "page_hours-1-page" not in fields_of(page)
        assert "page_hours-0-page" not in fields_of(after(as_ada, flow, "add:page_hours", new_page=""))


@pytest.mark.parametrize(
    "act",
    ["", "up", "up:parts-9", "remove:name", "add:evil", "burn:parts-0", "copy:hours-tue", "up:parts-x", ":"],
)
def test_an_act_that_makes_no_sense_changes_nothing(act):
    fields = MultiDict({"name": "Night", "parts-0-id": "a", "hours-mon-spans-0-opens": "09:00"})
    assert arrange(fields.copy(), act)[0] == fields


def test_a_flow_that_is_being_added_can_be_arranged_too(as_ada):
    page = as_ada.get("/flows/new").text
    answer = as_ada.post(
        "/flows/new/arrangement", data={**fields_of(page), "name": "Night", "act": "add:parts:close"}
    )
    assert parts_of(answer.text) == ["agents", "close"]
    assert fields_of(answer.text)["name"] == "Night"


def test_holidays_with_hours_are_shown_as_they_are_kept(as_ada):
    hours = Hours("UTC", holidays=(Holiday("2026-12-25", "Christmas", (Span("10:00", "24:00"),)),))
    fields = fields_of(as_ada.get(f"/flows/{cast.flow(hours=hours).id}").text)
    assert fields["hours-holidays-0-name"] == "Christmas"
    assert fields["hours-holidays-0-spans-0-closes"] == "00:00"


@pytest.mark.parametrize("number", ["9" * 5000, "1000", "²"])
def test_a_row_of_a_number_that_no_form_has_is_left_out(as_ada, flow, number):
    page = after(as_ada, flow, f"remove:parts-{number}", **{f"parts-{number}-text": "x"})
    assert parts_of(page) == ["say", "agents", "close"]
    fields = fields_of(page) | {f"parts-{number}-text": "x"}
    assert as_ada.post(f"/flows/{flow.id}", data=fields).status_code == 303
    trial = as_ada.post(f"/flows/{flow.id}/trial", data={**fields, "try": f"reply:{number}"})
    assert trial.status_code == 200
