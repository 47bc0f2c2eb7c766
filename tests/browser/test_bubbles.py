"""What a talk shows of pictures that are gone, and of what a message said before it was edited."""

from playwright.sync_api import Page, expect

from tests import cast
from tests.browser.gallery import bubbles
from webgateway.db import db


def test_a_picture_that_is_gone_gives_way_to_words(ada: Page, live, simulator: str):
    url = f"{simulator}/scontent/gone/1.png"
    with live.app_context():
        talk = cast.conversation(cast.contact(cast.page(cast.gateway())))
        cast.message(talk, "", attachments=[{"type": "image", "url": url, "title": None}])
        path = f"/conversations/{talk.id}"
        db.session.remove()
    ada.goto(path)
    link = ada.get_by_role("link", name="Picture sent by Peter Chang (could not be loaded)")
    expect(link).to_have_attribute("href", url)
    expect(ada.get_by_role("log").locator("img")).to_have_count(0)


def test_earlier_wordings_open_under_the_message(ada: Page, live, simulator: str):
    with live.app_context():
        path = f"/conversations/{bubbles(cast.page(cast.gateway()), simulator).id}"
        db.session.remove()
    ada.goto(path)
    article = ada.get_by_role("article").filter(has_text="only if it is still there on Monday")
    expect(article.get_by_text("I meant the red one")).to_be_hidden()
    article.get_by_text("Edited").click()
    expect(article.get_by_text("I meant the red one")).to_be_visible()
