"""A person asks Meta that their data be deleted: a code, a page that says how far it is, and nothing left."""

import re

import requests
from playwright.sync_api import Browser, Page, expect

from tests.browser.steps import (
    BAKERY,
    add_gateway,
    connect_pages,
    name_addresses,
    said,
    switch_on,
)
from tests.browser.test_accessibility import violations
from tests.deliveries import delivery, just_now, text
from tests.pages.leaving import everywhere
from webgateway.db import db
from webgateway.simulator import seed

OLENA, WORDS = "Olena Kovalenko", "I live at 7 Harbour Street"
CODE = re.compile("code ([0-9a-f]{32})")


def ask(settings: Page) -> str:
    """At Meta, with the code that came back."""
    settings.get_by_role("button", name=f"Ask Acme Support to delete the data of {OLENA}").click()
    answered = settings.get_by_text("status of the deletion")
    for _ in range(20):
        if answered.count():
            break
        settings.wait_for_timeout(250)
        settings.reload()
    return CODE.search(settings.get_by_text("Data deletion: code").inner_text())[1]


def test_from_the_request_to_a_page_that_says_done_and_erased_words(
    ada: Page, live, simulator: str, browser: Browser
):
    add_gateway(ada)
    name_addresses(ada, simulator)
    connect_pages(ada, BAKERY)
    switch_on(ada, BAKERY)
    # Meta gives each page another id for a person; here she wrote under the one that she logs in with.
    wrote = text(WORDS, "m_olena", by=seed.OLENA_ID, page=seed.PAGE_ID, at=just_now())
    payload = {"payload": delivery(wrote, page=seed.PAGE_ID, at=just_now())}
    requests.post(f"{simulator}/_sim/deliver", json=payload, timeout=5).raise_for_status()
    ada.get_by_role("link", name="Conversations", exact=True).click()
    ada.get_by_role("link", name=re.compile(WORDS)).click()
    said(ada, WORDS)

    hers = browser.new_context().new_page()
    hers.goto(f"{simulator}/_sim/pages/")
    code = ask(hers)
    hers.get_by_role("link", name="status of the deletion").click()
    expect(hers).to_have_url(re.compile(f"/data-deletion/{code}$"))
    for _ in range(20):
        if hers.get_by_text("Done.").count():
            break
        hers.wait_for_timeout(250)
        hers.reload()
    expect(hers.get_by_text("Your data has been deleted")).to_be_visible()
    expect(hers.get_by_text(code)).to_be_visible()
    assert violations(hers) == []
    hers.context.close()

    said(ada, "Deleted at the customer's wish.")
    expect(ada.get_by_text(WORDS)).to_have_count(0)
    expect(ada.get_by_text("This conversation is closed.")).to_be_visible()
    ada.get_by_role("link", name="Journal", exact=True).click()
    ada.get_by_role("link", name="Audit trail").click()
    done = ada.get_by_role("row").filter(has_text="Data deleted")
    expect(done.get_by_role("cell", name="1 contact, 1 conversation, 1 message")).to_be_visible()
    done.get_by_role("link", name=code).click()
    expect(ada.get_by_text("Your data has been deleted")).to_be_visible()
    with live.app_context():
        left = everywhere()
        db.session.rollback()
    for trace in (WORDS, OLENA, "Olena", seed.OLENA_ID):
        assert trace not in left
