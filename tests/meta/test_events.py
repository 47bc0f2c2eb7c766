"""The envelope, and what must not break it: contract 6.5."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from webgateway.meta.events import MOST, Event, NotADelivery, parse

Wire = Callable[[Any], bytes]
FromPetro = Callable[..., Event]


def delivery(*entries: Any, object_: Any = "page") -> dict[str, Any]:
    return {"object": object_, "entry": list(entries)}


def text(mid: str, **members: Any) -> dict[str, Any]:
    item = {"sender": {"id": "555"}, "recipient": {"id": "210"}, "timestamp": 1793500000125}
    return item | {"message": {"mid": mid, "text": mid}} | members


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b'"entry"',
        b"{}",
        b'{"entry":{}}',
        b'{"entry":null}',
        b"\xff\xfe\x00",
        b'{"entry":[' + b"1" * 5000 + b"]}",
        b"[" * 100_000,
        b'{"entry":[' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"]}",
    ],
)
def test_what_is_no_delivery_is_refused(body: bytes) -> None:
    with pytest.raises(NotADelivery):
        parse(body)


def test_a_delivery_of_nothing_has_no_events(wire: Wire) -> None:
    assert parse(wire(delivery())) == []


def test_everything_in_a_batch_comes_out_in_order(wire: Wire) -> None:
    entries = [
        {"id": str(page), "messaging": [text(f"m_{page}_{n}") for n in range(2)]} for page in range(500)
    ]
    events = parse(wire(delivery(*entries)))
    assert [event.mid for event in events] == [f"m_{page}_{n}" for page in range(500) for n in range(2)]
    assert [event.position for event in events] == list(range(1000))


@pytest.mark.parametrize(
    "bad",
    [
        None,
        7,
        "words",
        [],
        {},
        {"message": None},
        {"message": "words"},
        {"message": {}},
        {"message": {"mid": None, "attachments": "x"}},
        {"sender": None, "recipient": 5, "message": {"mid": "m_x"}},
        {"sender": {"id": True}, "message": {"mid": {}}},
        {"reaction": []},
        {"read": 5},
        {"delivery": {"mids": 5, "watermark": "x"}},
        {"timestamp": {"a": 1}, "postback": {}},
        {"status": []},
    ],
)
def test_one_bad_item_does_not_harm_its_neighbours(bad: Any, wire: Wire) -> None:
    entry = {"id": "210", "time": 1793500000250, "messaging": [text("m_1"), bad, text("m_2")]}
    first, _, last = parse(wire(delivery(entry)))
    assert (first.mid, first.ignored, last.mid, last.ignored) == ("m_1", None, "m_2", None)


@pytest.mark.parametrize(
    "member", ["message", "postback", "reaction", "message_edit", "referral", "optin", "order"]
)
def test_a_member_of_the_wrong_shape_is_ignored_with_a_reason(member: str, from_petro: FromPetro) -> None:
    event = from_petro(**{member: "words"})
    assert event.ignored == f"Its {member} is not an object."


@pytest.mark.parametrize("entry", [None, 5, "x", [], {}, {"id": "210", "messaging": "x", "changes": None}])
def test_an_entry_of_the_wrong_shape_is_one_ignored_event(entry: Any, wire: Wire) -> None:
    good = {"id": "210", "messaging": [text("m_1")]}
    bad, after = parse(wire(delivery(entry, good)))
    assert (bad.kind, bad.ignored is None, after.mid) == ("unknown", False, "m_1")


def test_an_entry_that_holds_several_things_loses_none(wire: Wire) -> None:
    change = {"field": "feed", "value": {"item": "comment", "verb": "add", "comment_id": "71_1"}}
    entry = {"id": "210", "messaging": [text("m_1")], "standby": [text("m_2")], "changes": [change]}
    events = parse(wire(delivery(entry)))
    assert [(event.kind, event.standby) for event in events] == [
        ("message", False),
        ("message", True),
        ("comment", False),
    ]


@pytest.mark.parametrize("object_", ["user", "application", "", None, 7])
def test_another_object_has_no_channel(object_: Any, wire: Wire) -> None:
    change = {"field": "photos", "value": {"verb": "update"}}
    (event,) = parse(wire(delivery({"id": "8", "changes": [change]}, object_=object_)))
    assert (event.channel, event.kind) == (None, "change")
    assert event.ignored == "No use is made of photos."


def test_an_instagram_account_may_come_as_a_page(wire: Wire) -> None:
    (event,) = parse(wire(delivery({"id": "17841400000000042", "messaging": [text("m_1")]})))
    assert (event.object, event.channel) == ("page", "instagram")


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        (1793500000125, datetime(2026, 11, 1, 2, 26, 40, 125000, UTC)),
        (1793500000, datetime(2026, 11, 1, 2, 26, 40, tzinfo=UTC)),
        ("1793500000", datetime(2026, 11, 1, 2, 26, 40, tzinfo=UTC)),
        ("2026-11-21T08:00:03+0000", datetime(2026, 11, 21, 8, 0, 3, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_every_unit(timestamp: Any, at: datetime, from_petro: FromPetro) -> None:
    assert from_petro(timestamp=timestamp, message={"mid": "m_1"}).at == at


@pytest.mark.parametrize("timestamp", [None, True, 0, -5, 10**30, "soon", []])
def test_a_strange_time_gives_way_to_the_entrys(timestamp: Any, from_petro: FromPetro) -> None:
    event = from_petro(timestamp=timestamp, message={"mid": "m_1"})
    assert event.at == datetime(2026, 11, 1, 2, 26, 40, 250000, UTC)


def test_letters_no_database_takes_are_replaced() -> None:
    message = rb'{"mid":"m_1","text":"a\ud83d\u0000b","n":NaN}'
    item = b'{"sender":{"id":"555"},"message":' + message + b"}"
    body = b'{"object":"page","entry":[{"id":"210","messaging":[' + item + b"]}]}"
    (event,) = parse(body)
    assert event.text == "a?\ufffdb"
    assert event.raw["message"] == {"mid": "m_1", "text": event.text, "n": None}


def test_a_body_in_plain_utf8_is_read_too() -> None:
    body = json.dumps(delivery({"id": "210", "messaging": [text("груші")]}), ensure_ascii=False)
    assert parse(body.encode())[0].text == "груші"


def test_a_test_from_the_dashboard_is_never_a_message(wire: Wire) -> None:
    value = {
        "sender": {"id": "12334"},
        "recipient": {"id": "23245"},
        "timestamp": "1527459824",
        "message": {"mid": "test_message_id", "text": "test_message"},
    }
    for field in ("messages", "message_reads", "messaging_postbacks"):
        (event,) = parse(wire(delivery({"id": "0", "changes": [{"field": field, "value": value}]})))
        assert (event.kind, event.mid, event.ignored) == (
            "change",
            None,
            "A test sent from Meta's dashboard.",
        )
    feed = {"field": "feed", "value": {"item": "comment", "verb": "add", "comment_id": "44444444_444444444"}}
    (event,) = parse(wire(delivery({"id": "0", "changes": [feed]})))
    assert event.ignored == "A test sent from Meta's dashboard."


def test_the_item_is_kept_as_it_came(from_petro: FromPetro) -> None:
    message = {"mid": "m_1", "nlp": {"traits": {}}, "news": [1]}
    assert from_petro(message=message, hop_context={"app_id": 7}).raw["message"] == message


def test_a_very_long_mid_still_makes_a_short_key(from_petro: FromPetro) -> None:
    one, two = from_petro(message={"mid": "m" * 400 + "1"}), from_petro(message={"mid": "m" * 400 + "2"})
    assert len(one.dedupe_key) <= 255
    assert one.dedupe_key != two.dedupe_key


def test_more_events_than_meta_ever_sends_at_once_are_no_delivery() -> None:
    """Eight megabytes of empty entries would be millions of events."""
    most = b'{"object":"page","entry":[' + b"{}," * (MOST - 1) + b"{}]}"
    assert len(parse(most)) == MOST
    for body in (
        most.replace(b"{}]", b"{},{}]"),
        b'{"object":"page","entry":[{"id":"1","changed_fields":[' + b"1," * MOST + b"1]}]}",
    ):
        with pytest.raises(NotADelivery, match="more than"):
            parse(body)
