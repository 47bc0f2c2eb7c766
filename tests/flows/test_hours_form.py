"""Working hours as they are filled in."""

import pytest

from tests import cast
from tests.flows.sent import errors_of, fields_of
from webgateway.db import db
from webgateway.flows.definition import Agents, Definition, Holiday, Hours, Span

OPEN = {"has_hours": "y", "hours-time_zone": "Europe/Kyiv"}


@pytest.fixture
def save(as_ada):
    """Save the flow Welcome with these fields changed; the answer."""
    flow = cast.flow()

    def saved(**typed):
        page = as_ada.get(f"/flows/{flow.id}").text
        fields = {name: value for name, value in fields_of(page).items() if not name.startswith("hours-")}
        answer = as_ada.post(f"/flows/{flow.id}", data={**fields, **typed})
        answer.flow = flow
        return answer

    return saved


def drafted(answer) -> Definition:
    assert answer.status_code == 303, errors_of(answer.text)
    return answer.flow.drafted


def span(path: str, opens: str, closes: str) -> dict[str, str]:
    return {f"{path}-opens": opens, f"{path}-closes": closes}


def test_days_with_several_spans_are_kept_in_order(save):
    typed = {**span("hours-mon-spans-0", "13:00", "18:00"), **span("hours-mon-spans-1", "9:00", "12:00")}
    hours = drafted(save(**OPEN, **typed)).hours
    assert hours == Hours(
        "Europe/Kyiv", ((Span("09:00", "12:00"), Span("13:00", "18:00")), (), (), (), (), (), ())
    )


def test_one_may_last_until_midnight(save):
    week = drafted(save(**OPEN, **span("hours-sun-spans-0", "00:00", "00:00"))).hours.week
    assert week[6] == (Span("00:00", "24:00"),)
    week = drafted(save(**OPEN, **span("hours-sun-spans-0", "20:00", "24:00"))).hours.week
    assert week[6] == (Span("20:00", "24:00"),)


def test_a_row_that_was_left_empty_counts_for_nothing(save):
    assert drafted(save(**OPEN, **span("hours-mon-spans-0", "", ""))).hours.week[0] == ()


def test_holidays_are_kept_by_date(save):
    typed = {
        "hours-holidays-0-date": "2026-12-31",
        "hours-holidays-0-name": "  New Year's   Eve ",
        **span("hours-holidays-0-spans-0", "10:00", "14:00"),
        "hours-holidays-1-date": "2026-12-25",
        "hours-holidays-1-name": "",
    }
    assert drafted(save(**OPEN, **typed)).hours.holidays == (
        Holiday("2026-12-25"),
        Holiday("2026-12-31", "New Year's Eve", (Span("10:00", "14:00"),)),
    )


def test_without_the_tick_it_is_always_open_whatever_stands_below(save):
    does = drafted(save(**{"hours-time_zone": "Mars/Olympus", "closing_message": "Bye"}))
    assert does.hours is None


def test_a_page_has_hours_of_its_own(save):
    typed = {
        "page_hours-0-page": "77",
        "page_hours-0-hours-time_zone": "UTC",
        **span("page_hours-0-hours-sat-spans-0", "10:00", "12:00"),
    }
    does = drafted(save(**typed))
    assert does.page_hours == {"77": Hours("UTC", ((), (), (), (), (), (Span("10:00", "12:00"),), ()))}


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        (
            span("hours-mon-spans-0", "18:00", "09:00"),
            "hours-mon-spans-0-closes",
            "It ends before it begins.",
        ),
        (
            span("hours-mon-spans-0", "09:00", "09:00"),
            "hours-mon-spans-0-closes",
            "It ends before it begins.",
        ),
        (
            span("hours-mon-spans-0", "09:00", "12:00") | span("hours-mon-spans-1", "11:59", "13:00"),
            "hours-mon-spans-1-opens",
            "It overlaps with the hours before it.",
        ),
        (span("hours-mon-spans-0", "", "12:00"), "hours-mon-spans-0-opens", "Write a time, as 09:00."),
        (span("hours-mon-spans-0", "09:00", "25:00"), "hours-mon-spans-0-closes", "Write a time, as 09:00."),
        ({"hours-time_zone": "Mars/Olympus"}, "hours-time_zone", "This time zone is not known here."),
        ({"hours-holidays-0-date": "2026-02-30"}, "hours-holidays-0-date", "Write a date, as 2026-12-25."),
        (
            {"hours-holidays-0-date": "2026-12-25", "hours-holidays-1-date": "2026-12-25"},
            "hours-holidays-1-date",
            "This date is in the list already.",
        ),
        (
            {"hours-holidays-0-date": "2026-12-25", **span("hours-holidays-0-spans-0", "12:00", "10:00")},
            "hours-holidays-0-spans-0-closes",
            "It ends before it begins.",
        ),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_with_all_that_was_typed(save, typed, field, words):
    answer = save(**{**OPEN, **typed})
    assert answer.status_code == 422
    assert words in errors_of(answer.text)[field]
    assert list(errors_of(answer.text)) == [field]
    assert typed.items() <= fields_of(answer.text).items() or field == "hours-time_zone"
    assert f'href="#{field}"' in answer.text
    assert answer.flow.draft is None


def test_a_page_with_wrong_hours_is_refused_too(save):
    typed = {"page_hours-0-page": "77", "page_hours-0-hours-time_zone": "UTC"}
    wrong = span("page_hours-0-hours-tue-spans-0", "12:00", "10:00")
    answer = save(**typed, **wrong)
    assert answer.status_code == 422
    assert list(errors_of(answer.text)) == ["page_hours-0-hours-tue-spans-0-closes"]


def test_pages_are_chosen_by_name(as_ada):
    flow = cast.flow()
    cast.page(cast.gateway(flow=flow), removed_at=None)
    cast.page(cast.gateway("Rival", tenant=cast.tenant("Rival"), app_id="9"), "Stranger", "5")
    page = as_ada.get(f"/flows/{flow.id}").text
    assert '<option value="102938475610293">Cisco Dogs</option>' in page
    assert "Stranger" not in page
    assert db.session.get(type(flow), flow.id).pages[0].name == "Cisco Dogs"


def test_more_pages_parts_and_queues_do_not_mean_more_queries(as_ada, count_queries):
    def queries(flow) -> int:
        with count_queries() as sent:
            as_ada.get(f"/flows/{flow.id}")
        return len(sent)

    gateway = cast.gateway(flow=cast.flow())
    few = queries(gateway.flow)
    for number in range(5):
        cast.page(gateway, f"Page {number}", str(number))
        cast.queue(f"Queue {number}")
    parts = tuple(Agents(id=f"a{number}") for number in range(9))
    assert queries(cast.flow("Long", parts=parts)) <= few
