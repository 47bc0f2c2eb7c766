"""A delivery without what a withdrawn message said: contract 6.7."""

import json
from collections.abc import Collection, Iterator
from typing import Any

from .values import dict_of, id_of, list_of, storable

SAYING = ("message", "message_edit")
KEPT = ("mid", "is_echo", "is_deleted", "is_self", "is_unsupported", "app_id", "num_edit")


def without(body: bytes, mids: Collection[str]) -> bytes:
    """Every event stays in its place, with the names of its message and nothing else of it. The same bytes
    where there was nothing to take out."""
    delivery = dict_of(storable(json.loads(body)))
    found = [(item, name) for item in _items(delivery) for name in SAYING if _says(item, name, mids)]
    for item, name in found:
        item[name] = {member: item[name][member] for member in KEPT if member in item[name]}
    return json.dumps(delivery, separators=(",", ":")).encode() if found else body


def _items(delivery: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for entry in map(dict_of, list_of(delivery.get("entry"))):
        for place in ("messaging", "standby"):
            yield from map(dict_of, list_of(entry.get(place)))


def _says(item: dict[str, Any], name: str, mids: Collection[str]) -> bool:
    said = dict_of(item.get(name))
    return id_of(said.get("mid")) in mids and not said.keys() <= set(KEPT)
