"""A flow with a bot: it takes the conversation, answers, fails or hands over, and an agent goes on."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

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

FAILED = "It answered 500. The flow waits no longer than 20 seconds for it."


@pytest.fixture
def flow(ada: Page, simulator: str) -> None:
    """Written by Ada: the echo bot first, then agents."""
    ada.goto("/flows/new")
    ada.get_by_label("Name", exact=True).first.fill("Orders")
    ada.get_by_role("button", name="Add Bot").click()
    bot = ada.get_by_role("group", name="2. Bot")
    bot.get_by_label("Address").fill(f"{simulator}/bot/echo")
    bot.get_by_label("Waits for it, seconds").fill("20")
    ada.get_by_role("button", name="Move up 2. Bot").click()
    expect(ada.get_by_role("group", name="1. Bot")).to_be_visible()
    ada.get_by_role("button", name="Add", exact=True).click()
    expect(ada.get_by_text("Orders", exact=True).first).to_be_visible()


@pytest.fixture
def phone(ada: Page, flow: None, simulator: str) -> Page:
    """Peter's, who can write to a page that follows the flow."""
    add_gateway(ada, flow="Orders")
    connect_pages(ada, BAKERY)
    switch_on(ada, BAKERY)
    return pick_up_phone(ada, simulator)


@pytest.fixture
def gail(browser: Browser, live: Flask, phone: Page) -> Iterator[Page]:
    """Her workspace; she is ready."""
    context = browser.new_context(base_url=live.address)  # type: ignore[attr-defined]
    context.set_default_timeout(30_000)
    desk = context.new_page()
    log_in(desk, "gail@example.com")
    be_ready(desk)
    yield desk
    context.close()


def test_a_bot_takes_a_conversation_fails_and_an_agent_goes_on(ada: Page, gail: Page, phone: Page):
    write(phone, "Hello")
    expect(phone.get_by_text("I am the echo.")).to_be_visible()
    write(phone, "Where is my order?")
    expect(phone.get_by_text("You said: Where is my order?")).to_be_visible()
    expect(gail.get_by_role("article", name="Peter Chang is calling")).to_have_count(0)

    write(phone, "fail")
    accept(gail)
    said(gail, "You said: Where is my order?")
    write(gail, "I am a person. It is on its way.")
    expect(phone.get_by_text("I am a person.")).to_be_visible()
    write(phone, "Thank you")
    said(gail, "Thank you")
    expect(phone.get_by_text("You said: Thank you")).to_have_count(0)

    ada.get_by_role("link", name="Journal").click()
    ada.get_by_role("tab", name="Calls of bots").click()
    calls = ada.get_by_role("row").filter(has_text="Peter Chang")
    expect(calls).to_have_count(3)
    failed = calls.filter(has_text=FAILED)
    expect(failed.get_by_role("cell").nth(5)).to_have_text("500")
    expect(failed.get_by_role("cell").nth(6)).to_have_text("2")
    failed.get_by_role("link").click()
    expect(ada.get_by_text('"text": "fail"')).to_be_visible()


def test_a_bot_hands_over(gail: Page, phone: Page):
    write(phone, "Hello")
    expect(phone.get_by_text("I am the echo.")).to_be_visible()
    phone.get_by_role("button", name="human").click()
    expect(phone.get_by_text("I am calling a colleague.")).to_be_visible()
    accept(gail)
    said(gail, "I am calling a colleague.")
