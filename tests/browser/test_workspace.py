"""Two agents and a customer: ready, ring, accept, talk, ask, transfer, close; the next message opens anew."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests import cast
from tests.browser.conftest import log_in
from tests.browser.steps import (
    BAKERY,
    accept,
    add_gateway,
    be_ready,
    connect_pages,
    pick_up_phone,
    said,
    switch_on,
    write,
)
from webgateway.db import db
from webgateway.gateways.models import Gateway


@pytest.fixture
def phone(ada: Page, live: Flask, simulator: str) -> Page:
    """Peter's, who can write to a page whose flow hands over to agents."""
    add_gateway(ada)
    connect_pages(ada, BAKERY)
    switch_on(ada, BAKERY)
    with live.app_context():
        db.session.scalars(db.select(Gateway)).one().flow = cast.flow(
            opening_message="Hello! An agent is coming.", closing_message="Good bye!"
        )
        db.session.commit()
        cast.agent("Hugo", state="not_ready")
    return pick_up_phone(ada, simulator)


@pytest.fixture
def desks(browser: Browser, live: Flask, phone: Page) -> Iterator[tuple[Page, Page]]:
    """Gail's screen and Hugo's."""
    pages = []
    for name in ("gail", "hugo"):
        context = browser.new_context(base_url=live.address)  # type: ignore[attr-defined]
        context.set_default_timeout(30_000)
        pages.append(context.new_page())
        log_in(pages[-1], f"{name}@example.com")
    yield pages[0], pages[1]
    for page in pages:
        page.context.close()


def test_from_ready_to_the_next_conversation(desks: tuple[Page, Page], phone: Page):
    gail, hugo = desks
    expect(gail.get_by_text("You are not ready")).to_be_visible()
    be_ready(gail)
    expect(gail.get_by_text("You are ready")).to_be_visible()
    write(phone, "Where is my order?")
    accept(gail)
    said(gail, "Where is my order?")
    expect(gail.get_by_label("Message")).to_be_focused()
    write(gail, "Let me look.")
    expect(phone.get_by_text("Let me look.")).to_be_visible()
    write(phone, "Thank you")
    said(gail, "Thank you")

    gail.get_by_role("button", name="Ask for e-mail").click()
    phone.get_by_role("button", name="peter.chang@example.com").click()
    facts = gail.get_by_role("complementary", name="Peter Chang")
    expect(facts.get_by_role("link", name="peter.chang@example.com")).to_be_visible()

    be_ready(hugo)
    gail.get_by_role("button", name="Transfer…").click()
    to = gail.get_by_label("To", exact=True)
    to.select_option(to.locator("option", has_text="Hugo").get_attribute("value"))
    gail.get_by_label("Note for the colleague").fill("He asks for his order.")
    gail.get_by_role("button", name="Transfer", exact=True).click()
    expect(gail.get_by_role("dialog")).to_have_count(0)
    expect(gail.get_by_role("region", name="Conversation with Peter Chang")).to_have_count(0)

    accept(hugo)
    said(hugo, "He asks for his order.")
    hugo.get_by_role("button", name="Close").click()
    expect(hugo.get_by_text("You are ready")).to_be_visible()
    expect(phone.get_by_text("Good bye!")).to_be_visible()

    hugo.keyboard.press("Escape")
    hugo.get_by_role("button", name="Not ready").click()
    hugo.get_by_label("Reason").select_option("Lunch")
    hugo.get_by_role("dialog").get_by_role("button", name="Not ready").click()
    expect(hugo.get_by_role("button", name="Not ready: Lunch")).to_be_visible()

    write(phone, "One more thing")
    accept(gail)
    said(gail, "One more thing")
    expect(gail.get_by_role("article").filter(has_text="Where is my order?")).to_have_count(0)
    expect(gail.get_by_role("link", name=re.compile("Good bye!"))).to_be_visible()
