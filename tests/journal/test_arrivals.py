"""What arrives is counted by the hour; a silence is told from a quiet night."""

from datetime import UTC, datetime, timedelta

import pytest
from flask_login import login_user
from sqlalchemy import select

from tests import cast
from tests.deliveries import NOON, delivery, post, text
from webgateway.db import db, utcnow
from webgateway.journal import arrivals, health, reading, rhythm, silences, taking
from webgateway.journal.arrivals import Arrival
from webgateway.pages.health import troubled
from webgateway.pages.models import Page

WEDNESDAY = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def receive(visitor, gateway, page, work):
    def receiving(*items, **envelope):
        post(visitor, gateway, delivery(*items, **envelope))
        work(reading, taking)

    return receiving


def rows(**of) -> list[Arrival]:
    return list(db.session.scalars(select(Arrival).filter_by(**of).order_by(Arrival.hour)))


def arrived(page, hour: datetime, number: int) -> None:
    at = {"gateway_id": page.gateway_id, "hour": hour, "number": number, "last_at": hour + HOUR / 2}
    db.session.add_all([Arrival(page_id=page.id, **at), Arrival(page_id=None, **at)])


def business_hours(page, until: datetime, weeks: int = 5, number: int = 12) -> None:
    """From nine to five on every day, one event in five minutes."""
    hour = arrivals.hour_of(until) - timedelta(weeks=weeks)
    while hour < until:
        if 9 <= hour.hour < 17:
            arrived(page, hour, number)
        hour += HOUR
    db.session.commit()


def rhythm_of(page, now: datetime):
    return rhythm.of_pages([page.id], now).get(page.id)


class TestCounting:
    def test_each_event_counts_for_its_page_and_for_the_gateway(self, receive, gateway, page):
        receive(text("One", "m_1"), text("Two", "m_2"))
        receive(text("Three", "m_3"))
        assert [row.number for row in rows(page_id=page.id)] == [3]
        assert [row.number for row in rows(page_id=None)] == [3]
        assert rows(page_id=page.id)[0].hour == arrivals.hour_of(utcnow())

    def test_what_comes_for_no_page_of_ours_counts_for_the_gateway_alone(self, receive, gateway):
        receive(text("Hi", "m_1", page="999"), page="999")
        assert [(row.page_id, row.number) for row in rows()] == [(None, 1)]

    def test_the_last_one_is_remembered(self, receive, page):
        receive(text("One", "m_1", at=NOON))
        assert utcnow() - rows(page_id=page.id)[0].last_at < timedelta(minutes=1)

    def test_a_delivery_with_many_pages_is_written_in_few_statements(
        self, receive, gateway, count_queries, visitor, work
    ):
        for n in range(30):
            cast.page(gateway, f"Page {n}", f"1080{n:03}")
        entries = [
            delivery(text("Hi", f"m_{n}", page=f"1080{n:03}"), page=f"1080{n:03}")["entry"][0]
            for n in range(30)
        ]
        post(visitor, gateway, {"object": "page", "entry": entries})
        with count_queries() as queries:
            work(reading)
        assert len([one for one in queries if "INTO arrivals" in one]) == 2

    def test_old_hours_are_forgotten(self, page):
        arrived(page, utcnow() - timedelta(weeks=6), 3)
        arrived(page, utcnow() - timedelta(weeks=4), 3)
        db.session.commit()
        arrivals.forget()
        assert len(rows(page_id=page.id)) == 1


class TestRhythm:
    def test_three_hours_of_silence_in_the_busy_afternoon_are_noticed(self, page):
        business_hours(page, WEDNESDAY - 3 * HOUR)
        found = rhythm_of(page, WEDNESDAY)
        assert found.silent(WEDNESDAY)
        assert found.pause == timedelta(minutes=5)
        assert found.missed > 30

    def test_the_night_is_no_silence(self, page):
        business_hours(page, WEDNESDAY + 2 * HOUR)
        for later in (4, 8, 17):
            now = WEDNESDAY.replace(hour=17) + later * HOUR
            assert not rhythm_of(page, now).silent(now)

    def test_the_morning_after_a_night_is_given_time(self, page):
        business_hours(page, WEDNESDAY + 2 * HOUR)
        morning = WEDNESDAY.replace(hour=9, minute=20) + timedelta(days=1)
        assert not rhythm_of(page, morning).silent(morning)

    def test_a_page_that_seldom_gets_something_is_never_called_silent(self, page):
        business_hours(page, WEDNESDAY - 6 * HOUR, number=1)
        assert not rhythm_of(page, WEDNESDAY).silent(WEDNESDAY)

    def test_one_lively_week_does_not_say_what_is_usual(self, page):
        for back in range(1, 5):
            arrived(page, WEDNESDAY - timedelta(weeks=back) - HOUR, 500 if back == 2 else 1)
        arrived(page, WEDNESDAY - timedelta(weeks=5), 1)
        db.session.commit()
        assert not rhythm_of(page, WEDNESDAY).silent(WEDNESDAY)

    def test_before_two_weeks_nobody_knows_what_is_usual(self, page):
        business_hours(page, WEDNESDAY - 3 * HOUR, weeks=1)
        assert rhythm_of(page, WEDNESDAY).missed is None

    def test_a_page_of_which_nothing_came_has_none(self, page):
        assert rhythm_of(page, WEDNESDAY) is None

    def test_a_gateway_has_its_own(self, page):
        business_hours(page, WEDNESDAY - 3 * HOUR)
        assert rhythm.of_gateway(page.gateway_id, WEDNESDAY).silent(WEDNESDAY)

    def test_many_pages_are_two_queries(self, gateway, page, count_queries):
        business_hours(page, WEDNESDAY)
        ids = [page.id, *(cast.page(gateway, f"Page {n}", f"1080{n}").id for n in range(9))]
        with count_queries() as queries:
            assert list(rhythm.of_pages(ids, WEDNESDAY)) == [page.id]
        assert len(queries) == 2


class TestLine:
    @pytest.fixture
    def line(self, app, page, monkeypatch):
        def at(now: datetime):
            monkeypatch.setattr(health, "utcnow", lambda: now)
            with app.test_request_context():
                login_user(cast.person("Ada"))
                return health.of_pages([page])[page.id][0]

        return at

    def test_a_silence_is_said_against_what_is_usual(self, page, line):
        business_hours(page, WEDNESDAY - 3 * HOUR)
        found = line(WEDNESDAY)
        assert found.state == "warn"
        assert found.meaning == "No event for 3 h; usually one comes every 5 min on Wednesdays at this time."
        assert found.since == WEDNESDAY - 3.5 * HOUR
        assert found.action.label == "Check now"

    def test_a_long_one_in_a_busy_place_is_bad(self, page, line):
        business_hours(page, WEDNESDAY - 3 * HOUR, number=120)
        assert line(WEDNESDAY).state == "bad"

    def test_a_quiet_hour_is_said_to_be_one(self, page, line):
        business_hours(page, WEDNESDAY + 2 * HOUR)
        found = line(WEDNESDAY.replace(hour=23))
        assert (found.state, found.meaning) == (
            "ok",
            "The last event came 6 h ago; few or none usually come on Wednesdays at this time.",
        )

    def test_nothing_at_all_is_not_known(self, line):
        assert line(WEDNESDAY).state == "unknown"


class TestSilences:
    @pytest.fixture
    def now(self, monkeypatch):
        monkeypatch.setattr(silences, "utcnow", lambda: WEDNESDAY)

    def found(self) -> list[int]:
        return list(db.session.scalars(select(Page.id).where(troubled())))

    def test_silent_pages_are_among_the_troubles_until_something_comes(self, page, now):
        business_hours(page, WEDNESDAY - 3 * HOUR)
        silences.look()
        assert self.found() == [page.id]
        arrived(page, WEDNESDAY, 1)
        db.session.commit()
        silences.look()
        assert self.found() == []

    def test_pages_that_are_gone_are_not_looked_at(self, page, now):
        business_hours(page, WEDNESDAY - 3 * HOUR)
        page.removed_at = WEDNESDAY
        db.session.commit()
        silences.look()
        assert db.session.scalars(select(silences.Silence)).all() == []
