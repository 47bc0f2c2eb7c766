"""Without JavaScript every form still works; the popup becomes a page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import log_in
from tests.browser.steps import BAKERY, BOOKS, add_gateway, choose, open_talk, pick_up_phone, said, write


@pytest.fixture
def plain(browser: Browser, live) -> Iterator[Page]:
    context = browser.new_context(base_url=live.address, java_script_enabled=False)
    context.set_default_timeout(30_000)
    page = context.new_page()
    log_in(page, "ada@example.com")
    yield page
    context.close()


def look_again_until(page: Page, there: Locator) -> None:
    """Nothing comes by itself without scripts."""
    for _ in range(20):
        if there.count():
            return
        page.wait_for_timeout(500)
        page.reload()
    expect(there).to_be_visible()


def test_the_whole_journey(plain: Page, simulator: str):
    add_gateway(plain)
    plain.get_by_role("tab", name="Facebook pages").click()
    plain.get_by_role("button", name="Add or Remove Pages").click()
    choose(plain, BAKERY)
    plain.get_by_role("button", name="OK").click()
    plain.get_by_role("switch", name=BAKERY).check()
    plain.get_by_role("button", name="Save").click()
    expect(plain.get_by_role("switch", name=BAKERY)).to_be_checked()
    plain.get_by_role("button", name="Add or Remove Pages").click()
    expect(plain.get_by_role("heading", name="Must stay ticked")).to_be_visible()
    expect(plain.get_by_text(BAKERY)).to_be_visible()
    plain.get_by_role("button", name="Continue to Facebook").click()
    choose(plain, BAKERY, BOOKS)
    plain.get_by_role("button", name="OK").click()
    expect(plain.get_by_role("switch", name=BOOKS)).to_be_visible()

    phone = pick_up_phone(plain, simulator)
    write(phone, "Is anybody there?")
    plain.get_by_role("link", name="Conversations", exact=True).click()
    look_again_until(plain, plain.get_by_role("link", name="Peter"))
    open_talk(plain)
    said(plain, "Is anybody there?")
    write(plain, "Yes, we are.")
    said(plain, "Yes, we are.")
    look_again_until(phone, phone.get_by_role("article").filter(has_text="Yes, we are."))
    plain.get_by_role("button", name="Close conversation").click()
    expect(plain.get_by_label("Message")).to_have_count(0)
