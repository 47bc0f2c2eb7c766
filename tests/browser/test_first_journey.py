"""From an empty installation to a customer's message answered, as an administrator clicks it."""

from playwright.sync_api import Page, expect

from tests.browser.steps import (
    BAKERY,
    BOOKS,
    COFFEE,
    add_gateway,
    connect_pages,
    open_talk,
    pick_up_phone,
    said,
    switch_on,
    write,
)


def test_from_sign_in_to_an_answered_message(ada: Page, simulator: str):
    add_gateway(ada)
    connect_pages(ada, BAKERY, BOOKS, COFFEE)
    switch_on(ada, BAKERY, BOOKS, COFFEE)
    ada.reload()
    expect(ada.get_by_role("switch", name=BAKERY)).to_be_checked()

    phone = pick_up_phone(ada, simulator)
    write(phone, "Is the shop open on Sunday?")
    open_talk(ada)
    said(ada, "Is the shop open on Sunday?")

    write(ada, "Yes, from ten to four.")
    expect(phone.get_by_text("Yes, from ten to four.")).to_be_visible()
    write(phone, "Thank you!")
    said(ada, "Thank you!")

    ada.get_by_role("button", name="Close conversation").click()
    expect(ada.get_by_label("Message")).to_have_count(0)
    write(phone, "One more thing")
    open_talk(ada)
    said(ada, "One more thing")
    expect(ada.get_by_role("article").filter(has_text="Thank you!")).to_have_count(0)
