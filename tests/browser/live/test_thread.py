"""What one reads stays in sight, and counts as read."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.bench.installation import Installation
from tests.browser.live.changes import SOON, change, says, while_brought
from webgateway.db import utcnow


@pytest.fixture
def long_talk(desk: Page, installation: Installation) -> Page:
    change(installation, lambda: [says("Peter Chang", f"Line {number}") for number in range(30)])
    expect(desk.get_by_role("log").get_by_text("Line 29")).to_be_in_viewport(ratio=1)
    return desk


def test_the_newest_message_stays_in_sight_when_the_box_for_a_note_opens(long_talk: Page):
    """Though the browser tells of the way down only then."""
    talk = long_talk.get_by_role("log")
    talk.evaluate("""thread => {
        document.querySelector(".note-box").open = true
        thread.dispatchEvent(new Event("scroll"))
    }""")
    expect(talk.get_by_text("Line 29")).to_be_in_viewport(ratio=1)
    long_talk.get_by_label("Note, only colleagues see it").fill("They rang.\nTwice.\nAnd again.")
    expect(talk.get_by_text("Line 29")).to_be_in_viewport(ratio=1)
    long_talk.get_by_role("button", name="Add note").click()
    expect(talk.get_by_text("They rang.")).to_be_in_viewport(ratio=1)


def test_whoever_reads_further_up_is_told_of_new_messages_and_left_there(
    long_talk: Page, installation: Installation
):
    talk = long_talk.get_by_role("log")
    talk.evaluate("thread => { thread.scrollTop = 100 }")
    change(installation, lambda: says("Peter Chang", "Are you there?"))
    down = long_talk.get_by_role("button", name="New messages")
    expect(down).to_be_visible()
    assert talk.evaluate("thread => thread.scrollTop") == 100
    down.click()
    expect(talk.get_by_text("Are you there?")).to_be_in_viewport(ratio=1)
    expect(down).to_be_hidden()


def test_what_is_said_while_the_thread_is_on_its_way_is_shown_though_the_screen_tells_what_was_read(
    desk: Page, installation: Installation
):
    while_brought(desk, "/messages", installation, lambda: says("Peter Chang", "Hello?"))
    change(installation, lambda: says("Peter Chang", "Is anybody there?"))
    for text in ("Is anybody there?", "Hello?"):
        expect(desk.get_by_role("article").filter(has_text=text)).to_be_visible()


def test_what_comes_late_above_what_was_read_is_read_too(desk: Page, installation: Installation):
    row = desk.locator("[data-talk]").filter(has_text="Peter Chang")
    change(installation, lambda: says("Peter Chang", "Is anybody there?"))
    expect(desk.get_by_role("article").filter(has_text="Is anybody there?")).to_be_visible(timeout=SOON)
    expect(row).to_have_attribute("data-unread", "0")
    change(installation, lambda: says("Peter Chang", "Good morning", at=utcnow() - timedelta(hours=1)))
    expect(desk.get_by_role("article").filter(has_text="Good morning")).to_be_visible(timeout=SOON)
    expect(row).to_have_attribute("data-unread", "0")
