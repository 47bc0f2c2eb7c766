"""From one delivery to its events. Nothing Meta sent is dropped without a word: contract 6.5."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from . import changes, messaging
from .entries import Entry
from .event import Attachment as Attachment
from .event import Event as Event
from .values import TooDeepError, list_of, storable

MOST = 10_000
"""Events in one delivery: ten times of what Meta puts into one (contract 6.2), and little enough to hold."""


class NotADelivery(ValueError):  # noqa: N818
    pass


def parse(body: bytes) -> list[Event]:
    """Raises NotADelivery when `body` is not a JSON object with a list `entry`, or holds more than MOST."""
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
    found = list(islice(chain.from_iterable(_events(name, entry) for entry in delivery["entry"]), MOST + 1))
    if len(found) > MOST:
        raise NotADelivery(f"It holds more than {MOST:,} events.")
    return [replace(event, position=position) for position, event in enumerate(found)]


def _events(object_: str, raw: Any) -> Iterator[Event]:
    """An entry holds one of five things (contract 6.5); all are read, in case it ever holds two."""
    if not isinstance(raw, dict):
        yield Entry(object_, {}).event("unknown", {"entry": raw}, ignored="Not an object, as entries are.")
        return
    entry = Entry(object_, raw)
    # flat, as Instagram's own login sends it
    flat = [raw] if "field" in raw else []
    found = chain(
        (messaging.read(entry, item, standby=False) for item in list_of(raw.get("messaging"))),
        (messaging.read(entry, item, standby=True) for item in list_of(raw.get("standby"))),
        (changes.read(entry, change) for change in list_of(raw.get("changes"))),
        (changes.named_only(entry, name) for name in list_of(raw.get("changed_fields"))),
        (changes.read(entry, change) for change in flat),
    )
    yield next(found, None) or entry.event("unknown", raw, ignored="Nothing known is in this entry.")
    yield from found
