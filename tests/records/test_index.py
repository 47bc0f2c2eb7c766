"""Messages are found by their words, on each database with what it offers."""

import random
import re

import pytest
from sqlalchemy import select, text

from tests import cast
from webgateway.conversations.models import Message
from webgateway.db import db
from webgateway.records import index
from webgateway.records.words import Words


@pytest.fixture
def talk(page):
    return cast.conversation(cast.contact(page))


def found(typed: str, tenant=None) -> list[str]:
    words = Words(typed)
    if not words:
        return []
    ids = index.of_tenant((tenant or cast.tenant()).id, words)
    return sorted(db.session.scalars(select(Message.text).where(Message.id.in_(ids))))


def everything_kept() -> str:
    """All that the index's own tables hold."""
    if db.engine.dialect.name == "postgresql":
        return " ".join(db.session.scalars(text("SELECT words::text FROM message_words")))
    tables = [
        name
        for name in db.session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        if name.startswith("message_words_")
    ]
    assert "message_words_data" in tables
    rows = [tuple(row) for name in tables for row in db.session.execute(text(f"SELECT * FROM {name}"))]
    return repr(rows)


SAID = [
    "Is the shop open on Sunday?",
    "The shop opens at ten; shop early!",
    "Крамниця відчинена у неділю? Їжак чекає.",
    "Café crème, Straße, ÜBERGRÖßE",
    "Write to peter.chang@example.com or +49 170-123456",
]


@pytest.fixture
def said(talk):
    for words in SAID:
        cast.message(talk, words)


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("shop", [0, 1]),
        ("SHOP sunday", [0]),
        ('"the shop"', [0, 1]),
        ('"shop the"', []),
        ('"the shop open"', [0]),
        ("open", [0]),
        ("ope*", [0, 1]),
        ("shop -sunday", [1]),
        ('shop -"at ten"', [0]),
        ("-shop", []),
        ("НЕДІЛЮ", [2]),
        ("їжа*", [2]),
        ("cafe creme", [3]),
        ("CAFÉ", [3]),
        ("übergrö*", [3]),
        ("peter.chang@example.com", [4]),
        ("example", [4]),
        ("170-123456", [4]),
        ("nothing like this", []),
        ("", []),
        ("?!", []),
    ],
)
def test_words_phrases_beginnings_and_what_is_left_out(said, typed, numbers):
    assert found(typed) == sorted(SAID[number] for number in numbers)


def test_what_colleagues_noted_is_found_too(talk):
    cast.message(talk, "Careful: a reseller", "note", kind="colleague", user=cast.person("Gail"))
    assert found("reseller") == ["Careful: a reseller"]


def test_nothing_of_another_tenant_is_found(said):
    assert found("shop", cast.tenant("Rival")) == []


def test_whose_a_message_is_cannot_be_typed(said, talk):
    for typed in (f"t{talk.tenant_id}", f"c{talk.id}", f"t/{talk.tenant_id}"):
        assert found(typed) == []


def test_an_edit_is_found_and_what_was_said_before_is_not(talk):
    message = cast.message(talk, "The secretword is out")
    message.text = "It is corrected"
    db.session.commit()
    assert found("secretword") == []
    assert found("corrected") == ["It is corrected"]


@pytest.mark.parametrize("how", ["withdrawn", "in bulk", "deleted"])
def test_what_is_taken_back_is_gone_from_the_search_and_from_the_file(talk, how):
    cast.message(talk, "It stays")
    message = cast.message(talk, "My zzsecretword is 4711")
    assert "zzsecretword" in everything_kept() or "secretword" in everything_kept()
    if how == "withdrawn":
        message.kind, message.text = "withdrawn", ""
    elif how == "in bulk":
        db.session.execute(Message.__table__.update().where(Message.id == message.id).values(text="Deleted."))
    else:
        db.session.delete(message)
    db.session.commit()
    assert found("zzsecretword") == []
    index.tidy()
    assert "secretword" not in everything_kept()
    assert found("stays") == ["It stays"]


def test_a_message_without_a_conversation_is_found_when_it_has_one(page, talk):
    message = Message(page_id=page.id, author="agent", text="A private reply")
    db.session.add(message)
    db.session.commit()
    assert found("private") == []
    message.conversation = talk
    db.session.commit()
    assert found("private") == ["A private reply"]


def test_many_at_once_are_found(talk):
    given = {"conversation_id": talk.id, "page_id": talk.page_id, "author": "agent"}
    rows = [{**given, "text": f"No {number} of many"} for number in range(30)]
    db.session.execute(Message.__table__.insert(), rows)
    db.session.commit()
    assert len(found("many")) == 30


def test_one_that_is_longer_than_an_index_holds_does_no_harm(talk):
    cast.message(talk, "needle " + "x" * 300_000 + " " + " ".join(map(str, range(60_000))))
    assert len(found("needle")) == 1


PIECES = (
    *(
        '"',
        "'",
        "*",
        "-",
        "+",
        "(",
        ")",
        ":",
        "^",
        "{",
        "}",
        "\\",
        "|",
        "&",
        "!",
        "<->",
        "NEAR(",
        "AND",
        "OR",
    ),
    *(
        "NOT",
        "shop",
        "о",
        "é",
        "e\u0301",
        "\ud83d",
        "\0",
        "%",
        "_",
        ";",
        "--",
        "/*",
        "t/1",
        "scope:",
        "text :",
    ),
    *(
        "🐘",
        "日本",
        "ß",
        "İ",
        "\u202e",
        "\n",
        " ",
        "a*b",
        "*a",
        '"a',
        "''",
        "$$",
        ":*",
        "1e5",
        "-1",
        "½",
        "𞤀",
    ),
)


def test_whatever_is_typed_means_something(said):
    typist = random.Random(4711)
    for _ in range(400):
        typed = "".join(typist.choices(PIECES, k=typist.randint(1, 9)))
        found(typed)
    db.session.rollback()


def test_the_triggers_are_there_after_all_migrations(app):
    """A migration that replaces the table of messages takes SQLite's with it: see migrations/full_text.py."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'messages'"
    if db.engine.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'messages'::regclass AND NOT tgisinternal"
    names = [name for name in db.session.scalars(text(query)) if re.match("message_words_", name)]
    assert len(names) == (2 if db.engine.dialect.name == "postgresql" else 4)


@pytest.mark.parametrize(
    ("typed", "marked"),
    [
        ("shop", ["shop", "shop"]),
        ('"the shop"', ["The shop"]),
        ("ope*", ["opens"]),
        ("ten -early", ["ten"]),
        ('"at ten" ten', ["at ten"]),
        ("sunday", []),
    ],
)
def test_what_was_looked_for_is_told_from_the_rest(typed, marked):
    pieces = Words(typed).pieces(SAID[1])
    assert "".join(piece for piece, _ in pieces) == SAID[1]
    assert [piece for piece, mark in pieces if mark] == marked


def test_marks_mind_neither_case_nor_diacritics():
    assert [piece for piece, mark in Words("creme uber*").pieces("Crème BRÛLÉE, über alles") if mark] == [
        "Crème",
        "über",
    ]
