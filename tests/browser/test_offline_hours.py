"""Working hours: at night a customer is told once when it opens; in the morning agents are rung."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import requests
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests import cast
from tests.browser.conftest import log_in
from tests.browser.steps import (
    BAKERY,
    accept,
    add_gateway,
    be_ready,
    connect_pages,
    open_talk,
    pick_up_phone,
    said,
    switch_on,
    write,
)
from tests.conversations.receiving import Clock
from webgateway.db import db, utcnow
from webgateway.flows.definition import Hours, Span
from webgateway.gateways.models import Gateway
from webgateway.simulator import seed

KYIV = ZoneInfo("Europe/Kyiv")
GREETING, OFFLINE = "Good day!", "We are closed. We are back: {{ next_opening }}."


@pytest.fixture
def sunday() -> datetime:
    """The next one, ten in the evening in Kyiv: what waits by the real time is due by then."""
    today = utcnow().astimezone(KYIV).date()
    days = 6 - today.weekday() or 7
    return datetime.combine(today + timedelta(days=days), time(22), KYIV)


class Times:
    """Ours stands still, and Meta's goes on from the same moment."""

    def __init__(self, clock: Clock, simulator: str) -> None:
        self.clock, self.simulator = clock, simulator

    def are(self, moment: datetime) -> None:
        self.clock.now = moment.astimezone(UTC)
        asked = requests.post(f"{self.simulator}/_sim/clock", json={"now": moment.timestamp()}, timeout=10)
        asked.raise_for_status()


@pytest.fixture
def phone(ada: Page, live: Flask, simulator: str) -> Page:
    """Peter's, who can write to a page that is open from Monday to Friday, nine to five in Kyiv."""
    add_gateway(ada)
    connect_pages(ada, BAKERY)
    switch_on(ada, BAKERY)
    week = ((Span("09:00", "17:00"),),) * 5 + ((), ())
    with live.app_context():
        db.session.scalars(db.select(Gateway)).one().flow = cast.flow(
            opening_message=GREETING, offline_message=OFFLINE, hours=Hours("Europe/Kyiv", week)
        )
        db.session.commit()
        db.session.remove()
    return pick_up_phone(ada, simulator)


@pytest.fixture
def times(phone: Page, simulator: str, sunday: datetime, monkeypatch: pytest.MonkeyPatch) -> Times:
    times = Times(Clock(monkeypatch), simulator)
    times.are(sunday)
    return times


@pytest.fixture
def gail(browser: Browser, live: Flask, times: Times) -> Iterator[Page]:
    context = browser.new_context(base_url=live.address)  # type: ignore[attr-defined]
    context.set_default_timeout(30_000)
    desk = context.new_page()
    log_in(desk, "gail@example.com")
    yield desk
    context.close()


def test_who_writes_at_night_is_told_once_and_has_an_agent_in_the_morning(
    ada: Page, gail: Page, phone: Page, times: Times, sunday: datetime, simulator: str
):
    monday = sunday + timedelta(hours=11)
    be_ready(gail)
    write(phone, "Is my cake ready?")
    closed = phone.get_by_text(f"We are closed. We are back: {monday:%Y-%m-%d} 09:00.")
    expect(closed).to_be_visible()
    expect(phone.get_by_text(GREETING)).to_be_visible()
    write(phone, "The one with cherries")
    open_talk(ada)
    said(ada, "The one with cherries")
    ada.get_by_role("link", name="Queues").click()
    expect(ada.get_by_role("row", name="General")).to_contain_text("and 1 until opening")
    expect(closed).to_have_count(1)
    expect(gail.get_by_role("article", name="Peter Chang is calling")).to_have_count(0)

    times.are(monday)
    gail.goto("/workspace/")
    be_ready(gail)
    accept(gail)
    said(gail, "Is my cake ready?")
    write(gail, "It is in the window.")
    expect(phone.get_by_text("It is in the window.")).to_be_visible()
    expect(phone.get_by_text("We are closed.")).to_have_count(1)

    maya = pick_up_phone(phone, simulator, person=seed.MAYA)
    write(maya, "Good morning")
    expect(maya.get_by_text(GREETING)).to_be_visible()
    accept(gail, "Maya Lindqvist")
    said(gail, "Good morning")
    expect(maya.get_by_text("We are closed.")).to_have_count(0)
