"""Reactions: on and off, in any order, to the customer's messages and to ours."""

from datetime import timedelta

import pytest

from tests import cast
from tests.conversations.receiving import close, conversation, item, last_event, messages
from tests.deliveries import NOON, delivery, just_now, post, text
from webgateway.conversations import composer, outgoing, thread_tokens
from webgateway.conversations.models import Contact, Conversation, Reaction
from webgateway.db import db, utcnow
from webgateway.journal import reading, taking

LOVE = {"action": "react", "reaction": "love", "emoji": "❤️"}


def love(mid="m_1", at=NOON + 1000, **members):
    return item(at, reaction={"mid": mid, **LOVE, **members})


def gone(mid="m_1", at=NOON + 2000):
    return item(at, reaction={"mid": mid, "action": "unreact"})


def test_a_reaction_stands_at_its_message(receive, screen):
    receive(text("Thank you", "m_1"))
    receive(love())
    assert screen()[0].endswith("Facebook user …0394 reacted: ❤️")
    assert last_event().outcome == "done"


def test_taken_back_it_is_gone(receive, screen):
    receive(text("Thank you", "m_1"))
    receive(love())
    receive(gone())
    assert "reacted" not in screen()[0]


@pytest.mark.parametrize("together", [True, False])
def test_the_newest_counts_whatever_comes_first(receive, screen, together):
    receive(text("Thank you", "m_1"))
    late, early = love(at=NOON + 3000, emoji="😢"), gone(at=NOON + 2000)
    receive(late, early) if together else (receive(late), receive(early))
    assert screen()[0].endswith("😢")
    assert (last_event().outcome, last_event().reason) == (
        "ignored",
        "A newer reaction of the customer to this message is known.",
    )


def test_another_reaction_takes_the_place_of_the_first(receive, screen):
    receive(text("Thank you", "m_1"))
    receive(love())
    receive(love(at=NOON + 5000, emoji="👍"))
    assert "❤️" not in screen()[0]
    assert screen()[0].endswith("👍")


def test_one_that_comes_before_its_message_waits_for_it(receive, screen):
    receive(love())
    assert last_event().reason == "Kept: it is shown as soon as the message it is about is here."
    assert db.session.scalars(db.select(Conversation)).all() == []
    receive(text("Thank you", "m_1"))
    assert screen()[0].endswith("❤️")


def test_delivered_twice_it_is_one(receive, screen, visitor, gateway, work):
    receive(text("Thank you", "m_1"))
    receive(love(), love())
    post(visitor, gateway, delivery(love()))
    work(reading, taking)
    assert screen()[0].count("❤️") == 1
    assert len(db.session.scalars(db.select(Reaction)).all()) == 1
    assert last_event().outcome == "duplicate"


def test_what_meta_gives_no_sign_for_has_one_by_its_name(receive, screen):
    receive(text("Thank you", "m_1"))
    receive(item(NOON + 1000, reaction={"mid": "m_1", "action": "react", "reaction": "wow"}))
    assert screen()[0].endswith("😮")


def test_a_sign_that_is_none_stays_text(receive, as_gail):
    receive(text("Thank you", "m_1"))
    receive(love(emoji="<script>alert(1)</script>" * 9))
    shown = as_gail.get(f"/conversations/{conversation().id}").text
    assert "<script>alert" not in shown
    assert len(db.session.scalars(db.select(Reaction)).one().sign) == 64


class TestToOurs:
    @pytest.fixture
    def sent(self, receive):
        receive(text("Hi", "m_1", at=just_now()))
        message = outgoing.write(conversation(), "Hello Peter", "agent", cast.person("Gail"))
        outgoing.arrived(message.parts[0], "m_out", utcnow())
        db.session.commit()
        return message

    def test_it_stands_at_ours(self, receive, screen, sent):
        receive(love("m_out", at=just_now()))
        assert [words.endswith("❤️") or "❤️" in words for words in screen()] == [False, True]

    def test_the_screen_that_is_open_hears_of_it(self, receive, sent):
        before = thread_tokens.of(conversation()).all
        receive(love("m_out", at=just_now()))
        after = thread_tokens.of(conversation()).all
        assert after != before
        receive(gone("m_out", at=just_now() + 1000))
        assert thread_tokens.of(conversation()).all != after

    def test_the_list_stays_in_its_order(self, receive, sent):
        was = (conversation().last_message_at, conversation().preview)
        receive(love("m_out", at=just_now() + 60_000))
        assert (conversation().last_message_at, conversation().preview) == was


class TestTheWindow:
    def test_a_reaction_opens_it(self, receive, page):
        receive(text("Hi", "m_1"))
        assert composer.lock(conversation()) == composer.WINDOW_CLOSED
        receive(love(at=just_now()))
        assert composer.lock(conversation()) is None

    def test_taking_one_back_does_not(self, receive, page):
        receive(text("Hi", "m_1"))
        receive(gone(at=just_now()))
        assert composer.lock(conversation()) == composer.WINDOW_CLOSED

    def test_an_older_one_never_closes_it(self, receive, page):
        receive(text("Hi", "m_1", at=just_now()))
        receive(love(at=NOON))
        assert composer.lock(conversation()) is None

    def test_to_a_message_of_an_ended_talk_it_opens_that_of_the_next(self, receive, screen):
        receive(text("Hi", "m_1"))
        ended = close()
        receive(text("Again", "m_2", at=NOON + 9000))
        follower = db.session.scalars(db.select(Conversation).filter_by(closed_at=None)).one()
        receive(love("m_1", at=just_now()))
        assert utcnow() - follower.customer_wrote_at < timedelta(minutes=1)
        assert screen(ended)[0].endswith("❤️")
        assert "❤️" not in screen(follower)[0]


def test_in_a_closed_conversation_it_is_shown_and_reopens_nothing(receive, screen):
    receive(text("Bye", "m_1"))
    ended = close()
    receive(love(at=just_now()))
    assert screen(ended)[0].endswith("❤️")
    assert [one.is_open for one in db.session.scalars(db.select(Conversation))] == [False]


def test_the_same_mid_on_another_page_is_another_message(receive, screen, gateway):
    other = cast.page(gateway, "Harbour Coffee", "108001000000003")
    receive(text("Thank you", "m_1"))
    receive({**love(), "recipient": {"id": other.meta_id}}, page=other.meta_id)
    assert "❤️" not in screen()[0]
    assert len(db.session.scalars(db.select(Contact)).all()) == 2


def test_a_reaction_of_the_page_itself_is_ignored(receive, page):
    receive(text("Thank you", "m_1"))
    receive({**love(), "sender": {"id": page.meta_id}, "recipient": {"id": messages()[0].mid}})
    assert (last_event().outcome, last_event().reason) == ("ignored", "A reaction of the page itself.")
