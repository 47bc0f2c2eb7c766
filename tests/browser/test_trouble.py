"""When Meta or a person errs: the words beside the field, the lock with its reason, the way back."""

import requests
from playwright.sync_api import Page, expect

from tests.browser.steps import (
    BAKERY,
    add_gateway,
    choose,
    confirm,
    connect_pages,
    go_on,
    open_talk,
    pick_up_phone,
    said,
    switch_on,
    write,
)


def test_a_wrong_secret_is_told_beside_its_field_and_nothing_typed_is_lost(ada: Page):
    add_gateway(ada, secret="f" * 32)
    field = ada.get_by_label("App Secret")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(ada.get_by_label("App ID")).not_to_have_attribute("aria-invalid", "true")
    expect(ada.get_by_label("Name", exact=True)).to_have_value("Support")


def test_a_dead_token_locks_the_composer_and_reconnecting_sends_what_waits(ada: Page, simulator: str):
    add_gateway(ada)
    connect_pages(ada, BAKERY)
    switch_on(ada, BAKERY)
    phone = pick_up_phone(ada, simulator)
    write(phone, "Hello?")
    open_talk(ada)
    said(ada, "Hello?")
    ada.get_by_label("Message").press_sequentially("We are here.")
    expect(phone.get_by_text("is typing")).to_be_visible()

    requests.post(f"{simulator}/_sim/faults", json={"name": "token_expired"}, timeout=5).raise_for_status()
    ada.get_by_role("button", name="Send", exact=True).click()
    ada.get_by_label("Message").fill("A long answer, half wr")
    expect(ada.get_by_label("Message")).to_be_disabled()
    expect(ada.get_by_label("Message")).to_have_value("A long answer, half wr")
    write(phone, "Are you there?")
    said(ada, "Are you there?")

    requests.post(f"{simulator}/_sim/faults", json={"off": "all"}, timeout=5).raise_for_status()
    ada.get_by_role("button", name="Reconnect").click()
    expect(ada.get_by_text(f"You reconnect {BAKERY}")).to_be_visible()
    popup = go_on(ada)
    choose(popup, BAKERY)
    confirm(popup)
    expect(ada.get_by_label("Message")).to_be_enabled()
    expect(phone.get_by_text("We are here.")).to_be_visible()
