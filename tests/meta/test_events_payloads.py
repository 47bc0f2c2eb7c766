"""Every shape Meta is known to send, one file each, against the table of what becomes of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from webgateway.meta.dedupe import MAX_LENGTH
from webgateway.meta.events import Event, parse

HERE = Path(__file__).parent
EXPECTED: dict[str, list[dict[str, Any]]] = json.loads((HERE / "expected_events.json").read_text())
FILES = sorted(
    str(path.relative_to(HERE / "payloads").with_suffix("")) for path in (HERE / "payloads").rglob("*.json")
)
# decoded signed requests and our answer to one, not deliveries: test_signed_request.py
CALLBACKS = {name for name in FILES if name.startswith("callbacks/")}


def summary(event: Event) -> dict[str, Any]:
    known = {
        "kind": event.kind,
        "channel": event.channel,
        "account": event.account_id,
        "customer": event.user_id or event.user_ref,
        "about": event.mid or event.comment_id or event.post_id,
        "text": event.text,
        "standby": "standby" if event.standby else None,
        "attachments": [attachment.type for attachment in event.attachments],
        "outcome": "ignored" if event.ignored else "used",
    }
    return {name: value for name, value in known.items() if value not in (None, [])}


def test_every_file_is_in_the_table() -> None:
    assert len(FILES) == 158
    assert set(FILES) - CALLBACKS == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_delivery_becomes_the_events_in_the_table(
    name: str, payload: Callable[[str], Any], wire: Callable[[Any], bytes]
) -> None:
    events = parse(wire(payload(name)))
    assert [summary(event) for event in events] == EXPECTED[name]
    assert [event.position for event in events] == list(range(len(events)))
    for event in events:
        assert event.at is not None or name == "envelope/edge/entry_without_messaging"
        assert event.dedupe_key.startswith(event.account_id + ":")
        assert len(event.dedupe_key) <= MAX_LENGTH
        assert event.ignored is None or event.ignored.endswith(".")


@pytest.mark.parametrize("name", EXPECTED)
def test_a_delivery_that_comes_again_has_the_same_keys(
    name: str, payload: Callable[[str], Any], wire: Callable[[Any], bytes]
) -> None:
    body = wire(payload(name))
    assert [event.dedupe_key for event in parse(body)] == [event.dedupe_key for event in parse(body)]


def test_different_happenings_have_different_keys(
    payload: Callable[[str], Any], wire: Callable[[Any], bytes]
) -> None:
    names = [
        "page/messages/text_min",
        "page/messages/is_deleted",
        "page/message_echoes/text_min",
        "page/messaging_postbacks/min",
        "page/message_reactions/react",
        "page/message_reactions/unreact",
        "page/message_edits/min",
        "page/message_edits/num_edit_string",
        "page/message_reads/min",
        "page/message_deliveries/min",
        "page/message_deliveries/full",
        "page/feed/comment_add",
        "page/feed/comment_edited",
        "instagram/messaging_seen/min",
    ]
    keys = [event.dedupe_key for name in names for event in parse(wire(payload(name)))]
    assert len(set(keys)) == len(names)
