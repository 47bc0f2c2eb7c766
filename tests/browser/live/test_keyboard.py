"""The keyboard is enough for everything."""

import re

from playwright.sync_api import Page, expect

from tests import cast
from tests.bench.installation import Installation
from tests.browser.live.changes import change
from webgateway.db import db
from webgateway.workspace.canned import CannedAnswer


def test_the_keyboard_is_enough(desk: Page, installation: Installation):
    expect(desk.get_by_label("Message")).to_be_visible()
    desk.get_by_role("heading", name="My conversations").click()
    desk.keyboard.press("j")
    expect(desk.get_by_role("region", name="Conversation with Maya Ruiz")).to_be_visible()
    expect(desk.get_by_label("Message")).to_be_focused()
    desk.keyboard.type("just a letter j")
    expect(desk.get_by_role("region", name="Conversation with Maya Ruiz")).to_be_visible()
    desk.keyboard.press("Alt+k")
    expect(desk.get_by_role("region", name="Conversation with Peter Chang")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("n")
    expect(desk.get_by_label("Note, only colleagues see it")).to_be_focused()
    desk.keyboard.press("Escape")
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("e")
    expect(desk.get_by_role("region", name="Conversation with Peter Chang")).to_have_count(0)
    expect(desk.get_by_role("link", name=re.compile("Maya Ruiz"))).to_be_focused()
    desk.keyboard.press("o")
    expect(desk.get_by_role("region", name="Conversation with Peter Chang")).to_be_visible()
    expect(desk.get_by_label("Message")).to_be_focused()


def test_a_letter_that_option_writes_is_no_key(desk: Page, installation: Installation):
    box = desk.get_by_label("Message")
    box.click()
    untouched = "(box, key) => box.dispatchEvent(new KeyboardEvent('keydown', key))"
    for key, code in (("Dead", "KeyE"), ("ä", "KeyA"), ("†", "KeyT")):
        pressed = {"key": key, "code": code, "altKey": True, "bubbles": True, "cancelable": True}
        assert box.evaluate(untouched, pressed), f"{key} was taken for a key"
    expect(desk.get_by_role("region", name="Conversation with Peter Chang")).to_be_visible()
    expect(box).to_be_focused()


def test_a_canned_answer_is_put_where_one_writes(desk: Page, installation: Installation):
    hello = {"shortcut": "hi", "text": "Hello {{ contact.first_name }}!"}
    change(installation, lambda: db.session.add(CannedAnswer(tenant=cast.tenant(), **hello)))
    desk.reload()
    box = desk.get_by_label("Message")
    box.click()
    desk.keyboard.press("/")
    search = desk.get_by_role("dialog").get_by_label("Search")
    expect(search).to_be_focused()
    search.fill("hi")
    expect(desk.get_by_role("link").filter(has_text="/hi")).to_be_visible()
    desk.keyboard.press("Enter")
    expect(box).to_have_value("Hello Peter!")
    expect(box).to_be_focused()
    desk.keyboard.press("Space")
    desk.keyboard.press("/")
    expect(search).to_be_focused()
    desk.keyboard.press("/")
    expect(box).to_have_value("Hello Peter! /")
