"""An hour without us: Meta unsubscribes the page, and when we are back everything mends itself."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
import requests
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.steps import (
    BAKERY,
    add_gateway,
    connect_pages,
    open_pages,
    open_talk,
    pick_up_phone,
    said,
    switch_on,
    write,
)
from tests.conftest import settings_in
from tests.serving import at_work, free_port, served
from webgateway import create_app
from webgateway.db import db, utcnow
from webgateway.journal import outages
from webgateway.pages import reconciling
from webgateway.pages.models import Page as FacebookPage
from webgateway.simulator import seed

HOUR = 0.0005
"""Of Meta's patience: 1.8 seconds."""
RECOVERED = "Recovered from Meta"


class House:
    """Our web server, which can be away; the worker stays at work."""

    def __init__(self, app: Flask, port: int) -> None:
        self.app, self.port, self.open = app, port, ExitStack()
        self.address = self.open.enter_context(served(app, port))

    def close(self) -> None:
        self.open.close()

    def come_back(self) -> None:
        self.open.enter_context(served(self.app, self.port))


@pytest.fixture
def live(tmp_path, database_url: str, simulator: str) -> Iterator[Flask]:
    port = free_port()
    own, queue = f"http://127.0.0.1:{port}", f"sqlite:///{tmp_path / 'queue.db'}"
    addresses = {"public_url": own, "graph_url": simulator, "facebook_url": simulator, "queue_url": queue}
    app = create_app(settings_in(tmp_path, database_url=database_url, **addresses))
    with at_work(app):
        app.house = House(app, port)  # type: ignore[attr-defined]
        app.address = app.house.address  # type: ignore[attr-defined]
        yield app
        app.house.close()  # type: ignore[attr-defined]
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def meta(simulator: str) -> Callable[..., None]:
    """A lever of the simulator's."""

    def pull(lever: str, **asked: object) -> None:
        requests.post(f"{simulator}/_sim/{lever}", json=asked, timeout=5).raise_for_status()

    return pull


def state_at_meta(simulator: str) -> str:
    rows = requests.get(f"{simulator}/_sim/subscriptions.json", timeout=5).json()
    return next(row["state"] for row in rows if row["page"] == seed.PAGE_ID)


def until_unsubscribed(page: Page, simulator: str) -> None:
    for _ in range(60):
        if state_at_meta(simulator) == "unsubscribed":
            return
        page.wait_for_timeout(250)
    pytest.fail("Meta's patience did not end")


def ten_minutes_later(app: Flask) -> None:
    """The rounds that run by the clock."""
    with app.app_context():
        for page in db.session.query(FacebookPage):
            page.compared_at = utcnow() - timedelta(minutes=10)
        db.session.commit()
        reconciling.compare()
        outages.look()
        db.session.remove()


def test_an_hour_away_is_mended_and_filled_and_told(ada: Page, live, simulator: str, meta):
    add_gateway(ada)
    connect_pages(ada, BAKERY)
    switch_on(ada, BAKERY)
    phone = pick_up_phone(ada, simulator)
    write(phone, "Before the outage")
    open_talk(ada)
    said(ada, "Before the outage")

    meta("clock", scale=HOUR)
    live.house.close()
    write(phone, "Is anybody there?")
    meta("person/send", person=seed.MAYA, page=seed.PAGE_ID, text="Hello, I am Maya")
    until_unsubscribed(phone, simulator)
    write(phone, "Where are you?")
    meta("clock", scale=1)
    meta("faults", name="slow", argument="6", path="conversations")
    live.house.come_back()
    ten_minutes_later(live)

    open_pages(ada)
    expect(ada.get_by_text("Meta had unsubscribed this page; subscribed again")).to_be_visible()
    expect(ada.get_by_role("switch", name=BAKERY)).to_be_checked()
    assert state_at_meta(simulator) == "subscribed"
    ada.get_by_role("link", name="Recover messages").click()
    row = ada.get_by_role("row").filter(has_text="Meta had stopped delivering")
    row.get_by_role("link").click()
    expect(ada.get_by_role("progressbar", name="Comparing with Meta…")).to_be_visible()
    expect(ada.get_by_text("3 messages recovered")).to_be_visible()
    expect(ada.get_by_role("progressbar")).to_have_count(0)
    meta("faults", off="all")

    open_talk(ada)
    for words in ("Is anybody there?", "Where are you?"):
        article = ada.get_by_role("article").filter(has_text=words)
        expect(article).to_have_count(1)
        expect(article.get_by_text(RECOVERED)).to_be_visible()
    before = ada.get_by_role("article").filter(has_text="Before the outage")
    expect(before).to_have_count(1)
    expect(before.get_by_text(RECOVERED)).to_have_count(0)
    write(phone, "There you are!")
    said(ada, "There you are!")
    expect(ada.get_by_text(RECOVERED)).to_have_count(2)
    write(ada, "Here we are.")
    expect(phone.get_by_text("Here we are.")).to_be_visible()
    open_talk(ada, "Maya")
    said(ada, "Hello, I am Maya")


def test_a_second_recovery_brings_nothing_twice(ada: Page, live, simulator: str, meta):
    add_gateway(ada)
    connect_pages(ada, BAKERY)
    switch_on(ada, BAKERY)
    meta("outage")
    phone = pick_up_phone(ada, simulator)
    write(phone, "Lost on its way")
    requests.delete(f"{simulator}/_sim/outage", timeout=5).raise_for_status()
    for words in ("1 message recovered", "Nothing was missing"):
        open_pages(ada)
        ada.get_by_role("link", name="Recover messages").click()
        ada.get_by_role("button", name="Recover messages").click()
        expect(ada.get_by_text(words)).to_be_visible()
    open_talk(ada)
    said(ada, "Lost on its way")
    expect(ada.get_by_role("article")).to_have_count(1)
