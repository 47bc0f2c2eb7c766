"""What was written for the page outside of here stands in the conversation as ours, with who wrote it."""

import pytest

from tests import cast
from tests.conversations.receiving import INSTAGRAM, close, conversation, last_event, messages
from tests.deliveries import NOON, PETER, echo, text
from webgateway.conversations.models import Conversation
from webgateway.db import db

FILE = {"type": "image", "payload": {"url": "https://scontent.xx.fbcdn.net/a.jpg"}}


@pytest.mark.parametrize(
    ("app_id", "words", "short"),
    [
        (263902037430900, "Answered in Meta&#39;s inbox", "Meta&#39;s inbox"),
        ("770000000000007", "Answered by another app", "Another app"),
        (None, "Answered outside of here", "Outside of here"),
    ],
)
def test_it_says_where_it_was_written(receive, as_gail, app_id, words, short):
    receive(text("Hi", "m_1"))
    receive(echo("Maria here", "m_2", at=NOON + 1000, app_id=app_id))
    shown = as_gail.get(f"/conversations/{conversation().id}").text
    assert f'class="author">{words}<' in shown
    assert f'class="by">{short}:<' in shown
    assert 'class="bubble out"' in shown


def test_on_instagram_it_was_written_in_instagram(receive, screen, page):
    page.instagram_id = INSTAGRAM
    db.session.commit()
    there = {"page": INSTAGRAM, "object": "instagram"}
    receive(text("Hi", "m_1", page=INSTAGRAM), **there)
    receive(echo("Maria here", "m_2", page=INSTAGRAM, at=NOON + 1, app_id=None), **there)
    assert screen()[1].startswith("Answered in Instagram")


def test_its_files_and_cards_are_shown(receive, screen):
    button = {"type": "web_url", "url": "https://orchard.example", "title": "See the shop"}
    card = {
        "type": "template",
        "payload": {"template_type": "button", "text": "Come in", "buttons": [button]},
    }
    receive(text("Hi", "m_1"))
    receive(echo("", "m_2", at=NOON + 1000, attachments=[FILE, card]))
    assert [one["type"] for one in messages()[1].attachments] == ["image", "template"]
    for words in ("Card with buttons", "Come in", "Button: See the shop"):
        assert words in screen()[1]


def test_after_the_end_it_stands_in_the_last_conversation_and_opens_none(receive, screen):
    receive(text("Hi", "m_1"))
    close()
    receive(echo("It was sent today", "m_2", at=NOON + 1000))
    assert "It was sent today" in screen()[1]
    assert not conversation().is_open


def test_what_the_page_writes_to_strangers_is_no_conversation(receive):
    receive(echo("Our summer sale!", "m_1"))
    assert (last_event().outcome, last_event().reason) == (
        "ignored",
        "The page wrote to somebody who has never written to it here.",
    )
    assert db.session.scalars(db.select(Conversation)).all() == []


def test_it_opens_no_window_and_is_not_greeted(receive, gateway):
    gateway.flow = cast.flow()
    receive(text("Hi", "m_1"))
    wrote = conversation().customer_wrote_at
    receive(echo("Maria here", "m_2", at=NOON + 1000))
    assert conversation().customer_wrote_at == wrote
    assert [message.author for message in messages()].count("flow") == 1


def test_twice_it_is_one_and_on_another_page_another(receive, gateway):
    other = cast.page(gateway, "Harbour Coffee", "108001000000003")
    receive(text("Hi", "m_1"))
    receive(echo("Maria here", "m_2"), echo("Maria here", "m_2"))
    receive(echo("Maria here", "m_2", page=other.meta_id, to=PETER), page=other.meta_id)
    assert [message.author for message in messages()] == ["customer", "page"]
