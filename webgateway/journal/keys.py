"""The App Secrets the door checks with, by the public part of a gateway's address."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

FRESH = 1.0
"""Seconds a key is used before it is looked up again. Where it does not fit it is looked up at once."""


@dataclass(frozen=True)
class Key:
    """`looked_up`: seconds of the monotonic clock."""

    gateway_id: int
    tenant_id: int
    secret: str
    looked_up: float = field(default_factory=time.monotonic)


class Keys:
    """Remembers what `find` found, and nothing of strangers' guesses."""

    def __init__(self, find: Callable[[str], Key | None]) -> None:
        """`find` asks the database; None when no gateway listens there. Raises SQLAlchemyError."""
        self.find = find
        self.known: dict[str, Key] = {}

    def fresh(self, uri: str) -> Key | None:
        """Without asking the database. Of many who ask at once only one is told to look a stale key up."""
        key = self.known.get(uri)
        if key is None or time.monotonic() - key.looked_up < FRESH:
            return key
        self.known[uri] = replace(key, looked_up=time.monotonic())
        return None

    def look_up(self, uri: str) -> Key | None:
        key = self.find(uri)
        if key is None:
            self.known.pop(uri, None)
        else:
            self.known[uri] = key
        return key
