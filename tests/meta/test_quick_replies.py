"""Quick replies: within Meta's limits, in Meta's words (contract 7.2)."""

import pytest

from webgateway.meta.quick_replies import fitted, problems, wire

YES = {"type": "text", "title": "Yes", "payload": "go:yes"}
EMAIL, PHONE = {"type": "email"}, {"type": "phone"}


@pytest.mark.parametrize("channel", ["messenger", "instagram"])
def test_the_three_kinds_go_out_in_metas_words(channel: str) -> None:
    assert wire([YES, EMAIL, PHONE], channel) == [
        {"content_type": "text", "title": "Yes", "payload": "go:yes"},
        {"content_type": "user_email"},
        {"content_type": "user_phone_number"},
    ]


def test_without_a_payload_the_title_comes_back() -> None:
    assert wire([{"type": "text", "title": "Yes"}], "messenger")[0]["payload"] == "Yes"


def test_no_quick_replies_are_none() -> None:
    assert wire(None, "messenger") == []


def test_thirteen_are_taken_and_fourteen_are_not() -> None:
    assert problems([YES] * 13) == []
    assert problems([YES] * 14) == ["There are 14 quick replies; Meta takes 13 at most."]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ({**YES, "title": "x" * 21}, "has a title of 21 characters; Meta shows 20"),
        ({**YES, "title": " "}, "has no title"),
        ({**YES, "payload": "x" * 1001}, "has a payload of 1,001 characters; Meta takes 1,000"),
        ({**EMAIL, "title": "Mail"}, "takes its words from Meta: leave title and payload out"),
        ({"type": "location"}, "is neither text, email nor phone"),
    ],
)
def test_what_meta_would_refuse_is_named(reply: dict[str, str], words: str) -> None:
    assert problems([YES, reply]) == [f"Quick reply 2 {words}."]


def test_a_title_that_a_name_made_too_long_is_shortened_at_a_whole_letter() -> None:
    family = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"
    assert fitted([{**YES, "title": "Ask Maximiliana-Josefine"}])[0]["title"] == "Ask Maximiliana-Jos…"
    assert fitted([{**YES, "title": family * 5}])[0]["title"] == family * 3 + "…"
    assert fitted([{**YES, "title": "x" * 20}])[0]["title"] == "x" * 20


def test_what_cannot_be_mended_is_refused() -> None:
    with pytest.raises(ValueError, match="14 quick replies"):
        fitted([YES] * 14)
