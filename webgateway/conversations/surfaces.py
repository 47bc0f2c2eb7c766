"""Where conversations are shown: the inbox, and whatever screens a part to the right of this one has.

A surface is a blueprint with the views of the inbox under the same names (`send`, `retry` …); its addresses
and templates are its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import has_request_context, request, url_for

from .models import Conversation
from .thread import Thread


@dataclass(frozen=True)
class Surface:
    """Templates: the whole page, a conversation opened on it, and what is new in it. `around` gives what the
    first two need beside the conversation, `beside` what the third does. `own`: whose it is writes there, and
    nobody else. `place`: the element that holds a conversation until it is closed; None where that leads to a
    page."""

    page: str
    opened: str
    news: str
    around: Callable[[Conversation, Thread], dict[str, Any]]
    beside: Callable[[Conversation, Thread], dict[str, Any]] = lambda _conversation, _thread: {}
    own: bool = False
    place: str | None = None


SURFACES: dict[str, Surface] = {}
"""By the blueprint's name."""


def here() -> Surface:
    return SURFACES[request.blueprint or ""]


def only_whose_it_is() -> bool:
    """Whether whoever has a conversation is the only one who writes in it here."""
    return has_request_context() and request.blueprint in SURFACES and here().own


def address(endpoint: str, **values: Any) -> str:
    """Of a view that all surfaces have; outside of them, the inbox's."""
    inside = has_request_context() and request.blueprint in SURFACES
    return url_for(f".{endpoint}" if inside else f"conversations.{endpoint}", **values)
