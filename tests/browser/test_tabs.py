"""The tabs of a chat gateway."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import log_in
from tests.browser.steps import add_gateway


def test_the_arrow_keys_go_round_the_tabs_and_enter_opens_one(ada: Page):
    add_gateway(ada)
    first, second, last = (ada.get_by_role("tab", name=name) for name in ("Meta", "Facebook pages", "Health"))
    expect(first).to_have_attribute("aria-selected", "true")
    ada.wait_for_load_state()  # until then the keys do nothing
    first.focus()
    ada.keyboard.press("ArrowLeft")
    expect(last).to_be_focused()
    ada.keyboard.press("ArrowRight")
    ada.keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    ada.keyboard.press("Enter")
    expect(second).to_have_attribute("aria-selected", "true")


def test_the_open_tab_is_in_sight_on_a_phone(page: Page):
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, "ada@example.com")
    page.goto("/closing-reasons/")
    expect(page.get_by_role("tab", name="Closing reasons")).to_be_in_viewport(ratio=0.99)
