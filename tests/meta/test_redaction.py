"""A delivery without what a withdrawn message said: contract 6.7."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from webgateway.meta.events import parse
from webgateway.meta.redaction import without

Wire = Callable[[Any], bytes]


def delivery(*items: Any, place: str = "messaging") -> dict[str, Any]:
    return {"object": "page", "entry": [{"id": "210", "time": 1, place: list(items)}]}


SAID = {
    "sender": {"id": "555"},
    "message": {"mid": "m_1", "text": "secret", "attachments": [{"type": "image"}], "referral": {"ref": "s"}},
}
OTHER = {"sender": {"id": "555"}, "message": {"mid": "m_2", "text": "hello"}}


@pytest.mark.parametrize("place", ["messaging", "standby"])
def test_its_words_go_and_every_event_stays_in_its_place(wire: Wire, place: str) -> None:
    body = wire(delivery(SAID, OTHER, place=place))
    rest = without(body, {"m_1"})
    assert b"secret" not in rest
    for before, after in zip(parse(body), parse(rest), strict=True):
        assert (before.kind, before.mid, before.position) == (after.kind, after.mid, after.position)
        assert before.dedupe_key == after.dedupe_key
    assert parse(rest)[1].text == "hello"


def test_its_edits_go_too(wire: Wire) -> None:
    edit = {"sender": {"id": "555"}, "message_edit": {"mid": "m_1", "text": "secret", "num_edit": "2"}}
    rest = without(wire(delivery(edit)), {"m_1"})
    assert json.loads(rest)["entry"][0]["messaging"][0]["message_edit"] == {"mid": "m_1", "num_edit": "2"}


def test_where_there_is_nothing_to_take_out_the_bytes_are_the_same(wire: Wire) -> None:
    unsent = {"sender": {"id": "555"}, "message": {"mid": "m_1", "is_deleted": True}}
    body = wire(delivery(OTHER, unsent))
    assert without(body, {"m_1"}) is body


def test_a_second_member_of_the_same_name_hides_nothing() -> None:
    body = b'{"entry":[{"messaging":[{"message":{"text":"secret"},"message":{"mid":"m_1","text":"x"}}]}]}'
    assert b"secret" not in without(body, {"m_1"})


@pytest.mark.parametrize(
    "entries", [[None], [{"messaging": "x"}], [{"messaging": [None, 5, {"message": 7}]}]]
)
def test_wrong_shapes_are_no_harm(wire: Wire, entries: list[Any]) -> None:
    assert without(wire({"entry": entries}), {"m_1"})
