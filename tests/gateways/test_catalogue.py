"""What Meta's errors mean: one table for boards, composer and messages."""

import pytest

from webgateway.gateways.catalogue import matches
from webgateway.meta import errors
from webgateway.meta.errors import GraphError


def test_every_error_is_there_with_meaning_remedy_who_and_whether_it_is_tried_again(as_gail):
    text = as_gail.get("/errors/").text
    for meaning in errors.catalogue():
        assert f"<code>{meaning.name}</code>" in text
        assert all((meaning.meaning, meaning.remedy, meaning.responsible))
    assert text.count("<tr>") == len(errors.catalogue()) + 1


def test_no_two_codes_share_their_words_by_default():
    """Each says its own thing, and not only that of its kind."""
    assert all("meaning" in row for row in errors._ROWS)


@pytest.mark.parametrize(
    ("q", "code"), [("190", 190), ("10/2018278", 10), ("2018278", 10), ("password", 190), ("PERMISSION", 200)]
)
def test_a_code_a_subcode_or_a_word_finds_it(q, code):
    assert code in {meaning.code for meaning in errors.catalogue() if matches(meaning, q)}


def test_a_code_finds_no_other(as_gail):
    text = as_gail.fragment("/errors/?q=551").text
    assert text.lstrip().startswith('<div id="list"')
    assert "<code>551</code>" in text
    assert "<code>190</code>" not in text


def test_nothing_found_says_what_to_look_for(as_gail):
    assert "No error found" in as_gail.fragment("/errors/?q=zebra").text


def test_a_stranger_must_sign_in_and_everybody_else_may_read(visitor, as_nora):
    assert visitor.get("/errors/").status_code == 302
    assert as_nora.get("/errors/").status_code == 200


def test_an_error_says_the_same_as_the_catalogue():
    for meaning in errors.catalogue():
        error = GraphError(meaning.says or "", code=meaning.code, subcode=meaning.subcode)
        assert (error.meaning, error.remedy, error.who, error.retry) == (
            meaning.meaning, meaning.remedy, meaning.who, meaning.retry,
        )  # fmt: skip


def test_an_unknown_code_is_not_explained():
    assert errors.explain(424242) is None
    assert errors.explain(None) is None
