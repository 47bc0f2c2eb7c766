"""What an agent is typing stays with its conversation, and is not lost."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests import cast
from tests.browser.steps import said, write
from webgateway.conversations.models import Conversation
from webgateway.db import db, utcnow
from webgateway.simulator.pictures import png


@pytest.fixture
def talks(live: Flask) -> dict[str, int]:
    """Two conversations that wait for an answer, by the customer's name."""
    with live.app_context():
        gateway = cast.gateway()
        page = cast.page(gateway)
        cast.grant(page, cast.account(gateway))
        return {
            name: cast.conversation(cast.contact(page, name, meta_id)).id
            for name, meta_id in (("Peter Chang", "7392015648120394"), ("Maya Ruiz", "7392015648120395"))
        }


def test_a_half_typed_answer_stays_with_its_conversation(ada: Page, talks: dict[str, int]):
    ada.goto(f"/conversations/{talks['Peter Chang']}")
    ada.get_by_label("Message").fill("Dear Peter")
    ada.get_by_role("link", name="Maya Ruiz").click()
    expect(ada.get_by_role("region", name="Conversation with Maya Ruiz")).to_be_visible()
    expect(ada.get_by_label("Message")).to_have_value("")
    ada.get_by_role("link", name="Peter Chang").click()
    expect(ada.get_by_label("Message")).to_have_value("Dear Peter")


def test_a_half_typed_answer_outlives_the_end_of_the_conversation(ada: Page, talks: dict[str, int]):
    ada.goto(f"/conversations/{talks['Peter Chang']}")
    ada.get_by_label("Message").fill("Dear Peter")
    colleague = ada.context.new_page()
    colleague.goto(f"/conversations/{talks['Peter Chang']}")
    colleague.get_by_role("button", name="Close conversation").click()
    expect(ada.get_by_text("This conversation is closed.")).to_be_visible()
    expect(ada.get_by_label("This was not sent")).to_have_value("Dear Peter")


def test_what_was_sent_is_not_offered_again(ada: Page, talks: dict[str, int]):
    ada.goto(f"/conversations/{talks['Peter Chang']}")
    ada.get_by_label("Message").fill("Dear Peter")
    ada.get_by_label("Message").press("Enter")
    expect(ada.get_by_role("article").filter(has_text="Dear Peter")).to_be_visible()
    expect(ada.get_by_label("Message")).to_have_value("")


def test_what_is_typed_while_an_answer_is_on_its_way_is_kept(ada: Page, talks: dict[str, int]):
    ada.goto(f"/conversations/{talks['Peter Chang']}")
    ada.get_by_label("Message").fill("Dear Peter")
    ada.get_by_label("Message").press("Enter")
    ada.keyboard.type("One more thing")
    expect(ada.get_by_role("article").filter(has_text="Dear Peter")).to_be_visible()
    expect(ada.get_by_label("Message")).to_have_value("One more thing")


def test_an_answer_that_could_not_go_out_is_back_in_its_box(ada: Page, talks: dict[str, int]):
    ada.goto(f"/conversations/{talks['Peter Chang']}")
    ada.route("**/messages*", lambda route: route.abort())
    ada.get_by_label("Message").fill("Dear Peter")
    ada.get_by_label("Message").press("Enter")
    expect(ada.get_by_role("alert")).to_contain_text("could not be reached")
    expect(ada.get_by_label("Message")).to_have_value("Dear Peter")


@pytest.fixture
def desk(ada: Page, live: Flask, talks: dict[str, int]) -> Page:
    """Peter's conversation is Ada's, open in her workspace."""
    with live.app_context():
        talk = db.session.get(Conversation, talks["Peter Chang"])
        talk.agent, talk.assigned_at = cast.agent("Ada"), utcnow()
        db.session.commit()
    ada.goto(f"/workspace/{talks['Peter Chang']}")
    return ada


def test_a_half_written_note_outlives_an_answer_and_a_question(desk: Page):
    desk.get_by_label("Message").press("Escape")
    desk.keyboard.press("n")
    note = desk.get_by_label("Note, only colleagues see it")
    note.fill("He rang yester")
    write(desk, "Dear Peter")
    said(desk, "Dear Peter")
    expect(desk.get_by_label("Message")).to_have_value("")
    expect(note).to_be_visible()
    expect(note).to_have_value("He rang yester")
    desk.get_by_role("button", name="Ask for e-mail").click()
    said(desk, "May we have your e-mail address?")
    expect(note).to_be_visible()
    expect(note).to_have_value("He rang yester")


def test_chosen_files_and_a_half_typed_answer_outlive_a_note_and_go_with_the_answer(desk: Page):
    desk.get_by_label("Message").fill("Dear Peter")
    desk.get_by_text("Attach files").click()
    files = desk.get_by_label("Files", exact=True)
    files.set_input_files({"name": "map.png", "mimeType": "image/png", "buffer": png("photo", "tart")})
    desk.get_by_label("Message").press("Escape")
    desk.keyboard.press("n")
    note = desk.get_by_label("Note, only colleagues see it")
    note.fill("He rang yesterday.")
    desk.get_by_role("button", name="Add note").click()
    said(desk, "He rang yesterday.")
    expect(note).to_be_hidden()
    expect(note).to_have_value("")
    expect(desk.get_by_label("Message")).to_have_value("Dear Peter")
    expect(files).to_be_visible()
    assert files.evaluate("input => input.files.length") == 1
    expect(desk.get_by_text("map.png, ")).to_be_visible()
    desk.get_by_role("button", name="Send", exact=True).click()
    said(desk, "Dear Peter")
    expect(desk.get_by_label("Message")).to_have_value("")
    assert files.evaluate("input => input.files.length") == 0
