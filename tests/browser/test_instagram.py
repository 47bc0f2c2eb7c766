"""An Instagram account, from its own login to an answered direct message."""

from playwright.sync_api import Page, expect

from tests.browser.steps import (
    COFFEE,
    add_gateway,
    choose,
    confirm,
    open_talk,
    pick_up_phone,
    said,
    write,
)
from webgateway.simulator import seed

ACCOUNT = "harbour.coffee"


def test_from_the_login_to_an_answered_message(ada: Page, simulator: str):
    add_gateway(ada)
    ada.get_by_role("tab", name="Instagram").click()
    ada.wait_for_load_state()
    with ada.expect_popup() as opened:
        ada.get_by_role("button", name="Add or Remove Instagram Accounts").click()
    choose(opened.value, COFFEE, f"@{ACCOUNT}")
    confirm(opened.value)

    switch = ada.get_by_role("switch", name=ACCOUNT)
    expect(switch).not_to_be_checked()
    switch.check()
    expect(ada.get_by_text("Unsaved changes")).to_be_visible()
    ada.get_by_role("button", name="Save").click()
    expect(ada.get_by_text("1 change saved.")).to_be_visible()
    expect(switch).to_be_checked()
    ada.get_by_role("tab", name="Facebook pages").click()
    expect(ada.get_by_role("switch", name=COFFEE)).not_to_be_checked()

    phone = pick_up_phone(ada, simulator, seed.INSTAGRAM_ID)
    write(phone, "Do you ship to Kyiv?")
    open_talk(ada)
    said(ada, "Do you ship to Kyiv?")
    ada.get_by_label("Message").fill("Так, звісно.")
    expect(ada.get_by_text("21 of 1,000 bytes written.")).to_be_visible()
    ada.get_by_label("Message").fill("Так, " * 300)
    expect(ada.get_by_text("Goes out as 3 messages or more")).to_be_visible()
    write(ada, "Так, звісно.")
    expect(phone.get_by_text("Так, звісно.")).to_be_visible()
