"""A real browser against the real thing: our application with its worker, and the simulator of Meta."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests import cast
from tests.browser import chromium
from tests.conftest import settings_in
from tests.serving import at_work, free_port, served
from webgateway import create_app
from webgateway.conversations import signals
from webgateway.db import db
from webgateway.simulator.app import close, create_simulator

expect.set_options(timeout=30_000)


@pytest.fixture(scope="package")  # the tests of the simulator start their own, and there can be one at a time
def browser() -> Iterator[Browser]:
    path = chromium.find()
    assert path, "no Chromium: run `make test`, which installs one"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser, live: Flask) -> Iterator[BrowserContext]:
    """A fresh profile; `page.goto("/…")` is our application."""
    context = browser.new_context(base_url=live.address)  # type: ignore[attr-defined]
    context.set_default_timeout(30_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def simulator() -> Iterator[str]:
    """The simulated Meta's address; a fresh world for each test."""
    app = create_simulator()
    with served(app, free_port()) as address:
        yield address
    close(app)


@pytest.fixture
def still(tmp_path: Path, database_url: str, simulator: str) -> Iterator[Flask]:
    """Our application without its worker: nothing changes by itself. `still.address` is where."""
    port = free_port()
    settings = settings_in(
        tmp_path,
        database_url=database_url,
        public_url=f"http://127.0.0.1:{port}",
        graph_url=simulator,
        facebook_url=simulator,
        queue_url=f"sqlite:///{tmp_path / 'queue.db'}",
        bot_networks=(ip_network("127.0.0.0/8"),),
    )
    app = create_app(settings)
    for lately in (signals.asked, signals.told):  # in this process, by other tests' first conversation
        lately.done.clear()
    with served(app, port) as address:
        app.address = address  # type: ignore[attr-defined]
        yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def live(still: Flask) -> Iterator[Flask]:
    """With its worker at work."""
    with at_work(still):
        yield still


@pytest.fixture
def ada(page: Page) -> Page:
    """The administrator's browser, signed in."""
    log_in(page, "ada@example.com")
    return page


def log_in(page: Page, email: str) -> None:
    page.goto("/login")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(cast.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log in")).to_have_count(0)
