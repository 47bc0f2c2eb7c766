"""Edited messages: the last wording is shown, earlier ones can be looked at, in whatever order they come."""

from itertools import permutations

import pytest

from tests import cast
from tests.conversations.receiving import close, conversation, item, last_event, messages
from tests.deliveries import NOON, PAGE, PETER, echo, text
from webgateway.conversations import thread_tokens
from webgateway.conversations.models import Conversation, Wording
from webgateway.db import db

FIRST = text("Are the pears ripe?", "m_1")


def edit(words, number=1, mid="m_1"):
    return item(NOON + 1000 * int(number or 1), message_edit={"mid": mid, "text": words, "num_edit": number})


def test_the_new_words_are_shown_and_the_old_ones_kept(receive, screen):
    receive(FIRST)
    receive(edit("Are the plums ripe?"))
    (article,) = screen()
    assert "Are the plums ripe? Edited" in article
    assert article.endswith("Are the pears ripe?")
    assert messages()[0].text == "Are the plums ripe?"


def test_the_list_shows_the_new_words_of_the_newest_message_only(receive):
    receive(FIRST)
    receive(edit("Are the plums ripe?"))
    assert conversation().preview == "Are the plums ripe?"
    receive(text("Hello?", "m_2", at=NOON + 9000))
    receive(edit("Are the figs ripe?", 2))
    assert conversation().preview == "Hello?"


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("together", [True, False])
def test_any_order_leads_to_the_same(receive, screen, order, together):
    parts = [FIRST, edit("Are the plums ripe?", "1"), edit("Are the figs ripe?", 2)]
    shuffled = [parts[number] for number in order]
    receive(*shuffled) if together else [receive(part) for part in shuffled]
    (article,) = screen()
    assert messages()[0].text == "Are the figs ripe?"
    assert article.index("figs") < article.index("pears") < article.index("plums")
    assert conversation().preview == "Are the figs ripe?"


def test_one_that_comes_first_waits_for_its_message(receive):
    receive(edit("Are the plums ripe?"))
    assert last_event().reason == "Kept: it is applied as soon as the message it is about is here."
    assert db.session.scalars(db.select(Conversation)).all() == []


def test_twice_it_is_one(receive):
    receive(FIRST)
    receive(edit("Are the plums ripe?"), edit("Are the plums ripe?"))
    receive(edit("Are the plums ripe?", "1"))
    assert len(db.session.scalars(db.select(Wording)).all()) == 2
    assert last_event().outcome == "duplicate"


def test_the_open_screen_hears_of_it(receive):
    receive(FIRST)
    before = thread_tokens.of(conversation()).all
    receive(edit("Are the plums ripe?"))
    assert thread_tokens.of(conversation()).all != before


def test_without_a_number_it_is_the_next(receive):
    receive(FIRST)
    receive(item(NOON + 1, message_edit={"mid": "m_1", "text": "one"}))
    receive(item(NOON + 2, message_edit={"mid": "m_1", "text": "two", "num_edit": "many"}))
    assert messages()[0].text in ("one", "two")


@pytest.mark.parametrize("number", [0, -5, 2**70, True])
def test_a_number_no_database_holds_is_no_harm(receive, number):
    receive(FIRST)
    receive(item(NOON + 1000, message_edit={"mid": "m_1", "text": "plums", "num_edit": number}))
    assert (messages()[0].text, last_event().outcome) == ("plums", "done")


def test_it_opens_no_window_and_no_conversation(receive):
    receive(FIRST)
    wrote = close().customer_wrote_at
    receive(edit("Are the plums ripe?"))
    assert (conversation().is_open, conversation().customer_wrote_at) == (False, wrote)
    assert messages()[0].text == "Are the plums ripe?"


def test_what_was_answered_in_metas_inbox_can_be_edited_too(receive):
    receive(FIRST)
    receive(echo("They are", "m_2", at=NOON + 5000))
    ours = {"sender": {"id": PAGE}, "recipient": {"id": PETER}, "timestamp": NOON + 6000}
    receive({**ours, "message_edit": {"mid": "m_2", "text": "They are not", "num_edit": 1}})
    assert [message.text for message in messages()] == ["Are the pears ripe?", "They are not"]


def test_another_pages_edit_changes_nothing_here(receive, gateway):
    other = cast.page(gateway, "Harbour Coffee", "108001000000003")
    receive(FIRST)
    receive(edit("Are the plums ripe?"), page=other.meta_id)
    assert messages()[0].text == "Are the pears ripe?"
