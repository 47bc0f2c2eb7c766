"""Figures: what became of the conversations opened on each day, where the viewer is."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest

from tests import cast
from webgateway.db import db, utcnow
from webgateway.records import charts, days
from webgateway.records.charts import Series
from webgateway.records.models import Columns, Day
from webgateway.records.tally import Lengths

PAGE = "/figures/"
NOON = utcnow().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
MINUTE = timedelta(minutes=1)


def talk(page, number: int, opened=NOON, answered: int | None = None, **values):  # type: ignore[no-untyped-def]
    """`answered`: after so many minutes."""
    given = {"opened_at": opened, "last_message_at": opened}
    if answered is not None:
        given |= {"queued_at": opened, "assigned_at": opened, "answered_at": opened + answered * MINUTE}
        given |= {"waited_seconds": 60, "agent": cast.person("Gail")}
    return cast.conversation(cast.contact(page, f"N{number}", f"5{number}"), **{**given, **values})


@pytest.fixture
def busy(page):
    """Yesterday: three answered after 1, 3 and 20 minutes, one that gave up, one at night."""
    for number, minutes in enumerate((1, 3, 20)):
        one = talk(page, number, answered=minutes, closed_at=NOON + 30 * MINUTE, closed_how="agent")
        cast.message(one, "Hi")
        cast.message(one, "Hello", "agent", user=cast.person("Gail"))
        cast.message(one, "A note", "note", kind="colleague")
    talk(page, 3, queued_at=NOON, closed_at=NOON + 10 * MINUTE, closed_how="idle")
    talk(page, 4, offline_at=NOON)
    days.count_what_changed()
    db.session.expire_all()


def export(client, **asked) -> dict[str, dict[str, str]]:
    """The figures of each day."""
    text = client.get("/figures/export.csv", query_string=asked).data.decode()
    assert text.startswith("\ufeff")
    return {row["day"]: row for row in csv.DictReader(io.StringIO(text[1:]))}


def yesterday(client, **asked) -> dict[str, str]:
    return export(client, **asked)[f"{NOON:%Y-%m-%d}"]


def test_a_day_is_told_in_numbers(as_sam, busy):
    assert yesterday(as_sam) | {"day": ""} == {
        "day": "",
        "Conversations": "5",
        "Messages in": "3",
        "Messages out": "3",
        "Answered": "3",
        "Answered within 5 minutes": "2",
        "First answer, half": "180",
        "First answer, 90 %": "1200",
        "Waiting, half": "60",
        "Waiting, 90 %": "600",
        "Duration, half": "1800",
        "Duration, 90 %": "1800",
        "Offline": "1",
        "Gave up": "1",
        "Closed by an agent": "3",
        "Closed by the flow": "0",
        "Closed by a bot": "0",
        "Nobody wrote any more": "1",
        "Ended otherwise": "0",
    }


def test_the_page_draws_and_tells_it(as_sam, busy):
    answer = as_sam.get(PAGE)
    assert answer.status_code == 200
    titles = re.findall(r"<figcaption>\s*<h2>([^<]+)</h2>", answer.text)
    assert titles == [
        *("Conversations", "Messages", "First answer", "Waiting for an agent", "Duration", "Missed"),
        "How they ended",
    ]
    assert f"<title>{charts.day_words(NOON.date())}: Answered 3, Not answered 2</title>" in answer.text
    assert "Day by day, as a table" in answer.text
    assert "style=" not in answer.text


def test_a_part_is_answered_with_the_figures_alone(as_sam, busy):
    answer = as_sam.fragment(PAGE)
    assert "First answer" in answer.text
    assert "<html" not in answer.text


def test_without_any_it_says_what_is_counted(as_sam):
    assert "No conversations in these days" in as_sam.get(PAGE).text


def test_they_are_narrowed(as_sam, busy, page):
    sam = cast.person("Sam")
    flow, queue = cast.flow("Returns"), cast.queue("Returns", sam)
    other = cast.page(page.gateway, "Other", "55")
    talk(other, 9, answered=2, agent=sam, flow=flow, queue=queue)
    days.count_what_changed()
    assert yesterday(as_sam)["Conversations"] == "6"
    for kind, wanted in (("page", other), ("flow", flow), ("queue", queue), ("agent", sam)):
        told = yesterday(as_sam, **{kind: wanted.id})
        assert (told["Conversations"], told["First answer, half"]) == ("1", "120")
    assert yesterday(as_sam, page=other.id, agent=cast.person("Gail").id)["Conversations"] == "0"


def test_they_are_compared(as_sam, busy, page):
    other = cast.page(page.gateway, "Other page", "55")
    talk(other, 9)
    days.count_what_changed()
    text = as_sam.get(PAGE + "?by=page").text
    assert "Pages compared" in text
    table = text.split("Pages compared")[1].split("</table>")[0]
    assert re.findall(r'<th scope="row">([^<]+)</th>', table) == ["Cisco Dogs", "Other page"]
    for kind, name in (("agent", "No agent"), ("flow", "No flow"), ("queue", "No queue")):
        assert name in as_sam.get(f"{PAGE}?by={kind}").text


def test_a_day_is_that_of_the_viewer(as_sam, page):
    """A quarter past six in the evening is the next day in Kathmandu, five hours and three quarters on."""
    evening = NOON.replace(hour=18)
    for number, minute in enumerate((14, 15, 16)):
        talk(page, number, evening.replace(minute=minute))
    days.count_what_changed()
    assert yesterday(as_sam)["Conversations"] == "3"
    cast.person("Sam").time_zone = "Asia/Kathmandu"
    db.session.commit()
    told = export(as_sam)
    assert told[f"{NOON:%Y-%m-%d}"]["Conversations"] == "1"
    assert told[f"{NOON + timedelta(days=1):%Y-%m-%d}"]["Conversations"] == "2"


def test_a_day_with_25_hours_loses_nothing(as_sam, page):
    cast.person("Sam").time_zone = "Europe/Berlin"
    start = datetime(2025, 10, 25, 22, tzinfo=UTC)
    for hour in range(25):
        talk(page, hour, start + timedelta(hours=hour))
    days.count_what_changed()
    told = export(as_sam, since="2025-10-25", until="2025-10-27")
    assert {day: row["Conversations"] for day, row in told.items()} == {
        "2025-10-25": "0",
        "2025-10-26": "25",
        "2025-10-27": "0",
    }


@pytest.mark.parametrize(
    "query",
    [
        "since=2026-01-10&until=2026-01-01", "since=2000-01-01", "until=2199-12-31", "since=x", "page=x",
        "page=99999999999999999999", "within=7", "by=odd", "agent=-1", "since=9999-12-31",
    ],
)  # fmt: skip
def test_whatever_stands_in_the_address_is_answered(as_sam, busy, query):
    assert as_sam.get(f"{PAGE}?{query}").status_code == 200
    assert as_sam.get(f"/figures/export.csv?{query}").status_code == 200


def test_a_year_at_most(as_sam, busy):
    assert len(export(as_sam, since="2001-01-01")) == 366


def test_only_for_whom_they_are_meant(as_gail, as_rita, visitor, busy):
    for url in (PAGE, "/figures/export.csv"):
        assert as_gail.get(url).status_code == 403
        assert visitor.get(url).status_code == 302
    assert yesterday(as_rita)["Conversations"] == "0"
    assert "No conversations" in as_rita.get(PAGE).text


def test_the_number_of_queries_stays_the_same(as_sam, busy, page, count_queries):
    def queries() -> int:
        with count_queries() as sent:
            as_sam.get(PAGE + "?by=agent")
        return len(sent)

    few = queries()
    for number in range(20):
        talk(page, 20 + number, NOON - number * timedelta(days=1), answered=1)
    days.count_what_changed()
    assert queries() == few


class TestCounting:
    def counted(self) -> dict:
        db.session.expire_all()
        return {day.day: len(day.columns) for day in db.session.scalars(db.select(Day))}

    def test_the_first_round_counts_all_days(self, page):
        for number in range(5):
            talk(page, number, NOON - number * timedelta(days=30))
        days.count_what_changed()
        assert self.counted() == {(NOON - number * timedelta(days=30)).date(): 1 for number in range(5)}

    def test_what_is_answered_later_is_counted_again(self, as_sam, busy, page):
        late = talk(page, 9)
        days.count_what_changed()
        assert yesterday(as_sam)["Answered"] == "3"
        late.answered_at = late.last_message_at = utcnow()
        db.session.commit()
        days.count_what_changed()
        assert yesterday(as_sam)["Answered"] == "4"

    def test_what_was_closed_without_a_word_is_counted_again(self, as_sam, page):
        old = talk(page, 9, NOON - timedelta(days=50))
        days.count_what_changed()
        old.closed_at, old.closed_how = utcnow(), "idle"
        db.session.commit()
        days.count_what_changed()
        told = export(as_sam, since=f"{old.opened_at:%Y-%m-%d}", until=f"{old.opened_at:%Y-%m-%d}")
        assert [row["Nobody wrote any more"] for row in told.values()] == ["1"]

    def test_a_day_that_nothing_happened_to_is_left_alone(self, page):
        talk(page, 1, NOON - timedelta(days=50), closed_at=NOON, closed_how="flow")
        days.count_what_changed()
        before = db.session.scalars(db.select(Day.counted_at)).one()
        days.count_what_changed()
        assert db.session.scalars(db.select(Day.counted_at)).one() == before

    def test_the_night_counts_the_last_month_anew(self, page):
        one = talk(page, 1, closed_at=NOON, closed_how="flow", last_message_at=NOON)
        days.count_what_changed()
        one.waited_seconds, one.queued_at = 500, NOON
        db.session.commit()
        days.count_the_last_month()
        db.session.expire_all()
        assert db.session.scalars(db.select(Day)).one().columns.waited.tolist() == [500]

    def test_tenants_are_counted_apart(self, page):
        days.count_what_changed()
        assert self.counted() == {}


class TestReckoning:
    @pytest.mark.parametrize(
        ("seconds", "median", "nine_tenths"),
        [
            ([], None, None),
            ([3], 3, 3),
            ([0, 0], 0, 0),
            ([9, 1, 4, 2], 3, 9),
            ([-1, 5, -1], 5, 5),
            (list(range(1, 11)), 5.5, 9),
            ([7] * 9 + [100], 7, 7),
        ],
    )
    def test_the_middle_and_nine_tenths(self, seconds, median, nine_tenths):
        lengths = Lengths(seconds[:2])
        lengths.add(Lengths(seconds[2:]))
        assert (lengths.median, lengths.share(0.9)) == (median, nine_tenths)
        assert len(lengths) == sum(one >= 0 for one in seconds)
        assert lengths.within(5) == sum(0 <= one <= 5 for one in seconds)

    def test_columns_are_kept_as_they_are(self):
        columns = Columns(opened=[1, 86_399], page=[2**62, 0], waited=[-1, 7], how=[5, 0])
        columns.flow, columns.queue, columns.agent = columns.page, columns.page, columns.page
        for name in ("came", "went", "answer", "lasted", "offline", "abandoned"):
            setattr(columns, name, columns.column(name) + type(columns.how)(Columns.TYPES[name], [1, 1]))
        again = Columns.unpack(columns.pack())
        assert again == columns
        assert again.column("page").tolist() == [2**62, 0]
        assert again.some([1]).opened.tolist() == [86_399]
        assert again.some([]).opened.tolist() == []

    @pytest.mark.parametrize(("highest", "top"), [(0, 1), (1, 1), (7, 10), (43, 50), (87, 100), (3999, 4000)])
    def test_scales_end_at_a_round_number(self, highest, top):
        chart = charts.bars("x", "X", [NOON.date()], Series("All", [highest]))
        assert chart.ticks[0] == (f"{top:,}", 0.0)

    def test_bars_stand_one_upon_the_other(self):
        chart = charts.bars("x", "X", [NOON.date()], Series("A", [3]), Series("B", [2]))
        assert chart.paths == [
            "M10.00 100.00v-60.00h80.00v60.00z",
            "M10.00 40.00v-40.00h80.00v40.00z",
        ]

    def test_a_line_is_broken_where_nothing_is_known(self):
        dates = [NOON.date() + timedelta(days=number) for number in range(4)]
        chart = charts.lines("x", "X", dates, Series("Half", [60, 60, None, 30]))
        assert chart.paths == ["M12.50 0.00h0L37.50 0.00M87.50 50.00h0"]
        assert chart.ticks[0] == ("1 min", 0.0)
