"""From one delivery to its events. Nothing Meta sent is dropped without a word: contract 6.5."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from . import changes, messaging
from .entries import Entry
from .event import Attachment as Attachment
from .event import Event as Event
from .values import TooDeepError, list_of, storable


class NotADelivery(ValueError):  # noqa: N818
    pass


def parse(body: bytes) -> list[Event]:
    """Raises NotADelivery when `body` is not a JSON object with a list `entry`."""
    try:
        delivery = storable(json.loads(body))
    except (RecursionError, TooDeepError):
        raise NotADelivery("Nested too deeply.") from None
    except ValueError:
        raise NotADelivery("Not JSON.") from None
    if not isinstance(delivery, dict) or not isinstance(delivery.get("entry"), list):
        raise NotADelivery("No object with a list of entries.")
    object_ = delivery.get("object")
    name = object_ if isinstance(object_, str) else ""
    found = [event for entry in delivery["entry"] for event in _events(name, entry)]
    return [replace(event, position=position) for position, event in enumerate(found)]


def _events(object_: str, raw: Any) -> Iterator[Event]:
    """An entry holds one of five things (contract 6.5); all are read, in case it ever holds two."""
    if not isinstance(raw, dict):
        yield Entry(object_, {}).event("unknown", {"entry": raw}, ignored="Not an object, as entries are.")
        return
    entry = Entry(object_, raw)
    found = [
        *(messaging.read(entry, item, standby=False) for item in list_of(raw.get("messaging"))),
        *(messaging.read(entry, item, standby=True) for item in list_of(raw.get("standby"))),
        *(changes.read(entry, change) for change in list_of(raw.get("changes"))),
        *(changes.named_only(entry, name) for name in list_of(raw.get("changed_fields"))),
    ]
    if "field" in raw:
        # flat, as Instagram's own login sends it
        found.append(changes.read(entry, raw))
    if not found:
        found.append(entry.event("unknown", raw, ignored="Nothing known is in this entry."))
    yield from found
