"""From an empty installation to a customer's message answered, as an administrator clicks it."""

import re

from playwright.sync_api import BrowserContext, Page, expect

from webgateway.simulator import seed


def add_gateway(ada: Page) -> None:
    ada.get_by_role("link", name="Chat gateways", exact=True).click()
    ada.get_by_role("button", name="Add", exact=True).first.click()
    ada.get_by_label("Name", exact=True).fill("Support")
    ada.get_by_label("App ID").fill(seed.APP_ID)
    ada.get_by_label("App Secret").fill(seed.APP_SECRET)
    ada.get_by_role("button", name="Save").click()
    expect(ada.get_by_role("link", name="Facebook pages")).to_be_visible()


def connect_pages(ada: Page, *names: str) -> None:
    ada.get_by_role("link", name="Facebook pages").click()
    with ada.expect_popup() as opened:
        ada.get_by_role("button", name="Add or Remove Pages").first.click()
    popup = opened.value
    popup.get_by_role("button", name="Continue as Olena Kovalenko").click()
    for name in names:
        popup.get_by_role("checkbox", name=name).check()
    popup.get_by_role("button", name="Next").click()
    popup.get_by_role("button", name="Done").click()
    for name in names:
        expect(popup.get_by_text(name)).to_be_visible()
    with popup.expect_event("close"):
        popup.get_by_role("button", name="OK").click()


def page_names(count: int) -> list[str]:
    pages = seed.seeded_world().pages
    chosen = [seed.PAGE_ID, seed.PAGE_SHARED_ID, seed.PAGE_INSTAGRAM_ID]
    return [pages[page_id].name for page_id in chosen[:count]]


def test_from_sign_in_to_an_answered_message(ada: Page, context: BrowserContext, simulator: str):
    names = page_names(3)
    add_gateway(ada)
    connect_pages(ada, *names)
    for name in names:
        ada.get_by_role("switch", name=name).check()
    ada.get_by_role("button", name="Save").click()
    for name in names:
        expect(ada.get_by_role("switch", name=name)).to_be_checked()
    ada.reload()
    expect(ada.get_by_role("switch", name=names[0])).to_be_checked()

    phone = context.new_page()
    phone.goto(f"{simulator}/_sim/phone?person={seed.PETER}&page={seed.PAGE_ID}")
    phone.get_by_label("Message").fill("Is the shop open on Sunday?")
    phone.get_by_role("button", name="Send").click()

    ada.get_by_role("link", name="Conversations").click()
    ada.get_by_role("link", name=re.compile("Peter")).click()
    expect(ada.get_by_role("article").filter(has_text="Is the shop open on Sunday?")).to_be_visible()
    ada.get_by_label("Message").fill("Yes, from ten to four.")
    ada.get_by_role("button", name="Send").click()

    expect(phone.get_by_text("Yes, from ten to four.")).to_be_visible()
    phone.get_by_label("Message").fill("Thank you!")
    phone.get_by_role("button", name="Send").click()
    expect(ada.get_by_role("article").filter(has_text="Thank you!")).to_be_visible()
    ada.get_by_role("button", name="Close conversation").click()
    expect(ada.get_by_label("Message")).to_have_count(0)
