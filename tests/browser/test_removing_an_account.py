"""A person's login is removed from the Accounts dialog, after a word of what it costs."""

from playwright.sync_api import Page, expect

from tests.browser.steps import BAKERY, add_gateway, connect_pages

OLENA = "Olena Kovalenko"


def test_from_the_dialog_over_the_question_to_a_page_that_asks_for_a_login(ada: Page):
    add_gateway(ada)
    connect_pages(ada, BAKERY)
    ada.get_by_role("link", name=OLENA).click()
    accounts = ada.get_by_role("dialog", name="Accounts")
    expect(accounts.get_by_text("Token works")).to_be_visible()

    accounts.get_by_role("button", name=f"Remove {OLENA}").click()
    question = ada.get_by_role("dialog", name=f"Remove {OLENA}?")
    expect(question.get_by_text(f"Nobody else's login covers {BAKERY}")).to_be_visible()
    question.get_by_role("button", name="Remove", exact=True).click()

    expect(ada.get_by_text(f"{OLENA} is removed, and Facebook was told.")).to_be_visible()
    expect(ada.get_by_text("No working login covers this page.")).to_be_visible()
    expect(ada.get_by_role("button", name=f"Reconnect {BAKERY}")).to_be_visible()
    assert ada.url.endswith("/pages")


def test_thinking_better_of_it_changes_nothing(ada: Page):
    add_gateway(ada)
    connect_pages(ada, BAKERY)
    ada.get_by_role("link", name=OLENA).click()
    ada.get_by_role("button", name=f"Remove {OLENA}").click()
    question = ada.get_by_role("dialog", name=f"Remove {OLENA}?")
    question.get_by_role("link", name="Cancel").click()
    expect(question).to_have_count(0)
    expect(ada.get_by_role("dialog", name="Accounts").get_by_text("Token works")).to_be_visible()
