"""A supervisor writes a flow: parts added and moved, tried beside the form, saved, published."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import cast
from tests.browser.conftest import log_in
from webgateway.db import db
from webgateway.flows.models import Flow

PHONE = "Talk"


@pytest.fixture
def flow(live) -> int:
    with live.app_context():
        made = cast.flow().id
        db.session.remove()
    return made


def part(page: Page, kind: str):  # type: ignore[no-untyped-def]
    return page.get_by_role("group", name=kind).filter(has=page.get_by_label("Name", exact=True))


def write_a_menu(page: Page) -> None:
    page.get_by_role("button", name="Add Menu").click()
    menu = part(page, "2. Menu")
    expect(menu.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("Topic")
    menu.get_by_label("Text", exact=True).fill("What is it about?")
    menu.get_by_label("Words of quick reply 1").fill("An order")
    menu.get_by_label("Words of quick reply 2").fill("A bill")
    menu.get_by_label("Quick reply 1 leads to").select_option(label="1. Agents")
    page.get_by_role("button", name="Move up 2.").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Move down 1. Topic")).to_be_focused()


def test_a_flow_is_written_tried_saved_and_published(ada: Page, live, flow):
    ada.goto(f"/flows/{flow}")
    log = ada.get_by_role("log", name=PHONE)
    expect(log).to_contain_text("Hello! We are reading.")
    write_a_menu(ada)
    expect(ada.get_by_text("Unsaved changes")).to_be_visible()
    ada.get_by_role("button", name="Begin again").click()
    expect(log).to_contain_text("What is it about?")
    ada.get_by_label("What the customer says").fill("hm")
    ada.keyboard.press("Enter")
    expect(log).to_contain_text("hm")
    ada.get_by_role("button", name="An order", exact=True).click()
    expect(log).to_contain_text("Handed over to the agents of General.")
    expect(part(ada, "1. Menu").get_by_label("Text", exact=True)).to_have_value("What is it about?")

    ada.get_by_role("button", name="Save and review to publish").click()
    expect(ada.get_by_role("heading", name="Publish Welcome")).to_be_visible()
    expect(ada.get_by_text("Part added: Topic")).to_be_visible()
    ada.get_by_role("button", name="Publish").click()
    expect(ada.get_by_text("Version 2 of Welcome is live.")).to_be_visible()
    with live.app_context():
        kept = db.session.get(Flow, flow)
        assert [part.name for part in kept.definition.parts] == ["Topic", "Agents"]


def test_what_is_typed_stays_while_hours_and_holidays_are_arranged(ada: Page, flow):
    ada.goto(f"/flows/{flow}")
    ada.get_by_label("Opening message").fill("Good morning!")
    ada.get_by_label("Open only at certain hours").check()
    ada.get_by_role("button", name="Add hours, Saturday").click()
    saturday = ada.get_by_label("Saturday, from")
    expect(saturday).to_have_value("09:00")
    expect(saturday).to_be_focused()
    saturday.fill("10:00")
    ada.get_by_role("button", name="Add a holiday").click()
    expect(ada.get_by_label("Date", exact=True)).to_be_focused()
    expect(saturday).to_have_value("10:00")
    expect(ada.get_by_label("Opening message")).to_have_value("Good morning!")
    ada.get_by_role("combobox", name="Time zone").fill("kyiv")
    ada.keyboard.press("Enter")
    ada.get_by_label("Date", exact=True).fill("2026-12-25")
    ada.get_by_role("button", name="Save draft").click()
    expect(ada.get_by_text("The draft of Welcome is saved.")).to_be_visible()
    expect(ada.get_by_role("combobox", name="Time zone")).to_have_value("Europe/Kyiv")


def test_what_was_arranged_is_not_left_without_a_question(ada: Page, flow):
    ada.goto(f"/flows/{flow}")
    ada.get_by_role("button", name="Remove 1. Agents").click()
    expect(ada.get_by_text("Unsaved changes")).to_be_visible()
    asked: list[str] = []
    ada.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    ada.get_by_role("link", name="Flows").first.click()
    ada.wait_for_timeout(200)
    assert asked == ["beforeunload"]


def test_without_scripts_all_of_it_works(browser: Browser, live, flow):
    context = browser.new_context(base_url=live.address, java_script_enabled=False)
    page = context.new_page()
    log_in(page, "ada@example.com")
    page.goto(f"/flows/{flow}")
    page.get_by_label("Opening message").fill("Good morning!")
    page.get_by_role("button", name="Add Message").click()
    part(page, "2. Message").get_by_label("Text", exact=True).fill("One moment.")
    page.get_by_role("button", name="Move up 2. Message").click()
    page.get_by_role("button", name="Begin again").click()
    expect(page.get_by_role("log", name=PHONE)).to_contain_text("One moment.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("The draft of Welcome is saved.")).to_be_visible()
    expect(page.get_by_label("Opening message")).to_have_value("Good morning!")
    context.close()
