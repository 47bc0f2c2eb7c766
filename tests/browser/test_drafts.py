"""What an agent is typing stays with its conversation, and is not lost."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests import cast


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
