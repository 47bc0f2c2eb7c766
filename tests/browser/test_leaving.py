"""People remove the app at Meta: the next person's login takes over; after the last the page asks for one."""

from playwright.sync_api import Page, expect

from tests.browser.steps import (
    BAKERY,
    add_gateway,
    choose,
    confirm,
    connect_pages,
    go_on,
    name_addresses,
    open_pages,
    open_talk,
    panel,
    pick_up_phone,
    said,
    switch_on,
    write,
)

OLENA, MARCO = "Olena Kovalenko", "Marco Rossi"
TAKEN_BACK = "The person whose login covered it has taken it back at Facebook."


def remove_the_app(settings: Page, person: str) -> None:
    button = settings.get_by_role("button", name=f"Remove the app Acme Support for {person}")
    button.click()
    expect(button).to_have_count(0)


def test_another_account_takes_over_and_after_the_last_the_page_asks_for_a_login(ada: Page, simulator: str):
    add_gateway(ada)
    name_addresses(ada, simulator)
    connect_pages(ada, BAKERY)
    expect(ada.get_by_role("switch", name=BAKERY)).to_be_visible()
    ada.locator("#connect[hx-get]").click()  # the window that opened at once for the first page is over
    popup = go_on(ada)
    choose(popup, BAKERY, person=MARCO)
    confirm(popup)
    expect(ada.get_by_role("link", name=f"{MARCO} and 1 more")).to_be_visible()
    switch_on(ada, BAKERY)
    phone = pick_up_phone(ada, simulator)
    write(phone, "Is anybody there?")
    open_talk(ada)
    said(ada, "Is anybody there?")

    settings = panel(ada, simulator)
    remove_the_app(settings, MARCO)
    write(ada, "We are.")
    expect(phone.get_by_text("We are.")).to_be_visible()
    open_pages(ada)
    expect(ada.get_by_role("link", name=OLENA, exact=True)).to_be_visible()
    expect(ada.get_by_text(MARCO)).to_have_count(0)
    expect(ada.get_by_role("switch", name=BAKERY)).to_be_checked()
    expect(ada.get_by_text("No working login covers this page.")).to_have_count(0)

    open_talk(ada)
    ada.get_by_label("Message").fill("Half a sent")
    remove_the_app(settings, OLENA)
    expect(ada.get_by_text(TAKEN_BACK)).to_be_visible()
    expect(ada.get_by_label("Message")).to_be_disabled()
    expect(ada.get_by_label("Message")).to_have_value("Half a sent")
    open_pages(ada)
    expect(ada.get_by_text(f"No working login covers this page. {TAKEN_BACK}")).to_be_visible()
    expect(ada.get_by_text(OLENA)).to_have_count(0)

    ada.get_by_role("button", name=f"Reconnect {BAKERY}").click()
    popup = go_on(ada)
    choose(popup, BAKERY)
    confirm(popup)
    expect(ada.get_by_text("No working login covers this page.")).to_have_count(0)
    open_talk(ada)
    write(ada, "Here again.")
    expect(phone.get_by_text("Here again.")).to_be_visible()

    ada.get_by_role("link", name="Journal", exact=True).click()
    ada.get_by_role("link", name="Audit trail").click()
    expect(ada.get_by_role("cell", name="A person removed the app at Facebook")).to_have_count(2)
    for name in (OLENA, MARCO, BAKERY):
        expect(ada.get_by_role("main").get_by_text(name)).to_have_count(0)
