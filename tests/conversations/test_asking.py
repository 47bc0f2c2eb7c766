"""Agents ask for an e-mail address or a telephone number by a quick reply; what is given is kept."""

import pytest

from tests import cast
from tests.conversations.receiving import conversation, messages
from webgateway.conversations import asking, composer, knowing
from webgateway.conversations.facts import Fact
from webgateway.conversations.models import Part
from webgateway.db import db


@pytest.fixture
def talk(page, peter):
    peter()
    return conversation()


def facts() -> list[tuple[str, str, str]]:
    return [(fact.kind, fact.value, fact.source) for fact in db.session.query(Fact)]


def says(text: str) -> None:
    composer.write(conversation(), text, cast.person("Gail"), None)
    db.session.commit()


@pytest.mark.parametrize("what", ["email", "phone"])
def test_it_is_asked_with_words_and_a_quick_reply(talk, what):
    message = asking.ask(talk, what, cast.person("Gail"))
    db.session.commit()
    assert (message.author, message.user) == ("agent", cast.person("Gail"))
    assert message.text
    assert message.quick_replies == message.parts[0].quick_replies == [{"type": what}]


def test_in_words_of_ones_own(talk):
    assert asking.ask(talk, "email", cast.person("Gail"), "Where to?").text == "Where to?"


@pytest.mark.parametrize(("word", "what"), [("Email", "email"), ("Phone", "phone"), (" Email\n", "email")])
def test_a_keyword_asks_in_place_of_the_bare_word(talk, word, what):
    says(word)
    assert messages()[-1].quick_replies == [{"type": what}]
    assert messages()[-1].text == asking.TEXTS["messenger"][what]


@pytest.mark.parametrize("words", ["email", "Email me", "E-mail", "Phone?"])
def test_other_words_are_words(talk, words):
    says(words)
    assert (messages()[-1].text, messages()[-1].quick_replies) == (words, None)


def test_a_keyword_works_in_the_inbox_and_once_for_each_form(talk, as_gail):
    for _ in range(2):
        sent = as_gail.post(f"/conversations/{talk.id}/messages", data={"text": "Phone", "key": "k" * 22})
        assert sent.status_code in (200, 303)
    asked = [message for message in messages() if message.author == "agent"]
    assert [message.quick_replies for message in asked] == [[{"type": "phone"}]]


def test_instagram_is_asked_in_plain_words(talk):
    talk.channel = "instagram"
    message = asking.ask(talk, "email", cast.person("Gail"))
    db.session.commit()
    assert message.text == asking.TEXTS["instagram"]["email"]
    assert message.quick_replies == [{"type": "email"}], "what it asks for is known to whoever reads on"
    assert db.session.query(Part).one().quick_replies is None


@pytest.mark.parametrize(
    ("word", "given", "kept"),
    [("Email", "box@example.com", "box@example.com"), ("Phone", "+380441234567", "+380441234567")],
)
def test_what_is_pressed_is_kept(talk, peter, word, given, kept):
    says(word)
    peter(given, given)
    assert facts() == [(word.lower(), kept, "quick_reply")]
    assert db.session.query(Fact).one().message is messages()[-1]


def test_what_is_written_right_after_is_kept(talk, peter):
    says("Email")
    peter("One moment")
    peter("It is box@example.com")
    assert facts() == [("email", "box@example.com", "text")]


def test_not_what_is_written_after_another_answer(talk, peter):
    says("Email")
    says("Never mind.")
    peter("Do you know box@example.com?")
    assert facts() == []


def test_nor_what_is_written_unasked(talk, peter):
    peter("I am box@example.com")
    assert facts() == []


def test_nor_another_thing_than_was_asked_for(talk, peter):
    says("Phone")
    peter("box@example.com")
    assert facts() == []


def test_nor_what_our_own_quick_replies_carry(talk, peter):
    peter("x", "wg:+380441234567:0")
    assert facts() == []


def test_the_same_is_kept_once(talk, peter):
    for _ in range(2):
        says("Email")
        peter("box@example.com", "box@example.com")
    assert len(facts()) == 1


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("email", "Box@Example.COM", "Box@example.com"),
        ("email", "<box@example.com>.", "box@example.com"),
        ("email", "box@localhost", None),
        ("email", "box at example.com", None),
        ("email", "", None),
        ("phone", "+49 30 123456", "+4930123456"),
        ("phone", "0049 30 123456", "+4930123456"),
        ("phone", "030 123456", None),
        ("phone", "+1", None),
        ("phone", "+999999999999999999", None),
        ("phone", "x" * 5000, None),
    ],
)
def test_only_what_can_be_written_or_called_counts(kind, text, value):
    assert knowing.valid(kind, text) == value
