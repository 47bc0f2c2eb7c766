"""Without JavaScript every form still works; the popup becomes a page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import log_in
from tests.browser.steps import BAKERY, add_gateway, choose, open_talk, pick_up_phone, said, write


@pytest.fixture
def plain(browser: Browser, live) -> Iterator[Page]:
    context = browser.new_context(base_url=live.address, java_script_enabled=False)
    context.set_default_timeout(10_000)
    page = context.new_page()
    log_in(page, "ada@example.com")
    yield page
    context.close()


def test_the_whole_journey(plain: Page, simulator: str):
    add_gateway(plain)
    plain.get_by_role("tab", name="Facebook pages").click()
    plain.get_by_role("button", name="Add or Remove Pages").click()
    choose(plain, BAKERY)
    plain.get_by_role("button", name="OK").click()
    plain.get_by_role("switch", name=BAKERY).check()
    plain.get_by_role("button", name="Save").click()
    expect(plain.get_by_role("switch", name=BAKERY)).to_be_checked()

    phone = pick_up_phone(plain, simulator)
    write(phone, "Is anybody there?")
    phone.wait_for_timeout(1500)
    open_talk(plain)
    said(plain, "Is anybody there?")
    write(plain, "Yes, we are.")
    said(plain, "Yes, we are.")
    phone.wait_for_timeout(1500)
    phone.reload()
    said(phone, "Yes, we are.")
    plain.get_by_role("button", name="Close conversation").click()
    expect(plain.get_by_label("Message")).to_have_count(0)
