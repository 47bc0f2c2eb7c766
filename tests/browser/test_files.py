"""Pictures both ways, quick replies, typing and seen: an agent's screen and a customer's phone."""

import re
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.steps import (
    BAKERY,
    add_gateway,
    connect_pages,
    open_talk,
    pick_up_phone,
    said,
    switch_on,
    write,
)
from webgateway.conversations import writing
from webgateway.conversations.models import Conversation
from webgateway.db import db
from webgateway.simulator.pictures import png

PICTURE = {"name": "pear tart.png", "mimeType": "image/png", "buffer": png("photo", "tart")}
PRICES = {"name": "prices.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 three euros"}


@pytest.fixture
def phone(ada: Page, simulator: str) -> Page:
    add_gateway(ada)
    connect_pages(ada, BAKERY)
    switch_on(ada, BAKERY)
    phone = pick_up_phone(ada, simulator)
    write(phone, "What do you have?")
    open_talk(ada)
    said(ada, "What do you have?")
    return phone


def ask(live: Flask, *replies: dict[str, str]) -> None:
    with live.app_context():
        talk = db.session.scalars(db.select(Conversation)).one()
        writing.write(talk, "Shall we keep one?", "flow", quick_replies=list(replies))
        db.session.commit()
        db.session.remove()


def test_files_go_to_the_phone_and_come_from_it(ada: Page, phone: Page):
    ada.get_by_text("Attach files").click()
    ada.get_by_label("Files").set_input_files([PICTURE, PRICES])
    expect(ada.get_by_text("2 files, ")).to_be_visible()
    write(ada, "A pear tart")
    expect(phone.get_by_text("A pear tart")).to_be_visible()
    expect(phone.get_by_alt_text("Picture", exact=True)).to_be_visible()
    expect(phone.get_by_role("link", name="File", exact=True)).to_be_visible()
    picture = ada.get_by_alt_text("pear tart.png, sent by Ada")
    expect(picture).to_be_visible()
    expect(ada.get_by_text("prices.pdf")).to_be_visible()
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    expect(ada.get_by_text("2 files, ")).to_have_count(0)

    phone.get_by_label("From this machine").set_input_files([{**PICTURE, "name": "like this.png"}])
    phone.get_by_role("button", name="Share file").click()
    expect(ada.get_by_alt_text(re.compile("Picture sent by Peter"))).to_be_visible()


def test_what_is_too_large_is_said_before_it_is_sent(ada: Page, phone: Page, tmp_path: Path):
    large = tmp_path / "prices.pdf"
    with large.open("wb") as file:
        file.truncate(26_000_000)
    ada.get_by_text("Attach files").click()
    ada.get_by_label("Files").set_input_files(large)
    expect(ada.get_by_text("prices.pdf has 26.0 MB")).to_be_visible()
    ada.get_by_label("Message").fill("Our prices")
    ada.get_by_role("button", name="Send", exact=True).click()
    expect(ada.get_by_role("article").filter(has_text="Our prices")).to_have_count(0)
    expect(ada.get_by_label("Message")).to_have_value("Our prices")


def test_a_quick_reply_is_pressed_on_the_phone(ada: Page, phone: Page, live: Flask):
    ask(live, {"type": "text", "title": "Two, please", "payload": "two"}, {"type": "email"})
    offered = ada.get_by_role("list", name="Quick replies offered")
    expect(offered.get_by_text("Their e-mail address")).to_be_visible()
    expect(phone.get_by_role("button", name="peter.chang@example.com")).to_be_visible()
    phone.get_by_role("button", name="Two, please").click()
    expect(phone.get_by_role("button", name="Two, please")).to_have_count(0)
    expect(ada.get_by_text("Chose a quick reply")).to_be_visible()
    expect(offered.get_by_role("img", name="Chosen:")).to_be_visible()


def test_the_customer_sees_that_somebody_reads_and_types(ada: Page, phone: Page):
    expect(phone.get_by_text("Seen", exact=True)).to_be_visible()
    ada.get_by_label("Message").press_sequentially("We have")
    expect(phone.get_by_text("is typing")).to_be_visible()
