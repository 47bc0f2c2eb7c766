"""Connecting many pages: the window shows how far it is, and the register stays usable."""

from collections.abc import Callable

import pytest
import requests
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests import cast
from tests.browser.conftest import log_in
from tests.browser.steps import BAKERY, add_gateway, choose, confirm, open_login
from tests.browser.test_accessibility import violations
from webgateway.db import db, utcnow
from webgateway.pages.models import Login


@pytest.fixture
def slow(simulator: str) -> Callable[[float], None]:
    """Meta takes this many seconds for every answer."""

    def take(seconds: float) -> None:
        fault = {"name": "slow", "argument": str(seconds)}
        requests.post(f"{simulator}/_sim/faults", json=fault, timeout=5).raise_for_status()

    return take


def test_the_window_tells_how_many_were_found_and_then_the_result(ada: Page, simulator: str, slow):
    requests.post(f"{simulator}/_sim/seed", json={"pages": 300}, timeout=20).raise_for_status()
    add_gateway(ada)
    ada.get_by_role("tab", name="Facebook pages").click()
    popup = open_login(ada)
    expect(popup.get_by_role("button", name="Continue as Olena Kovalenko")).to_be_visible()
    slow(1)
    popup.goto(f"{popup.url}&_sim_user=olena&_sim_answer=grant&_sim_pages=all")  # three hundred ticks
    expect(popup.get_by_role("progressbar", name="Asking Meta for your pages")).to_be_visible()
    expect(popup.get_by_text("100 found so far")).to_be_visible()
    expect(popup.get_by_text("200 found so far")).to_be_visible()
    ada.reload()
    expect(ada.get_by_text("No pages yet")).to_be_visible()
    requests.post(f"{simulator}/_sim/faults", json={"off": "all"}, timeout=5).raise_for_status()
    expect(popup.get_by_role("heading", name="Your pages are connected")).to_be_visible()
    confirm(popup)


def test_closing_the_window_meanwhile_loses_nothing(ada: Page, slow):
    add_gateway(ada)
    ada.get_by_role("tab", name="Facebook pages").click()
    popup = open_login(ada)
    slow(0.5)
    choose(popup, BAKERY)
    expect(popup.get_by_role("progressbar")).to_be_visible()
    popup.close()
    expect(ada.get_by_text("The window was closed before it finished.")).to_be_visible()
    expect(ada.get_by_text("No pages yet")).to_be_visible()
    ada.wait_for_timeout(6000)  # a dozen answers of Meta's
    ada.reload()
    expect(ada.get_by_role("switch", name=BAKERY)).to_be_visible()


@pytest.fixture
def under_way(live: Flask) -> str:
    """A login that Meta is being asked about; the path of its page."""
    with live.app_context():
        gateway = cast.gateway()
        login = Login(
            gateway_id=gateway.id,
            user_id=cast.person("Ada").id,
            state_hash="of no state",
            redirect_uri="http://localhost/meta/1",
            step="asking",
            found=340,
            leased_until=utcnow().replace(year=2999),
            came_back_at=utcnow(),
        )
        db.session.add(login)
        db.session.commit()
        return f"/gateways/{gateway.id}/logins/{login.id}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_everybody_can_follow_it(browser: Browser, live, under_way: str, scheme, width):
    context = browser.new_context(
        base_url=live.address, color_scheme=scheme, viewport={"width": width, "height": 760}
    )
    page = context.new_page()
    log_in(page, "ada@example.com")
    page.goto(under_way)
    expect(page.get_by_text("340 found so far")).to_be_visible()
    faults = violations(page)
    wider = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    context.close()
    assert (faults, wider) == ([], False)
