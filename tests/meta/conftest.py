import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests_mock

from webgateway.meta.events import Event, parse
from webgateway.meta.graph import Graph

PAYLOADS = Path(__file__).with_name("payloads")

Wire = Callable[[Any], bytes]


@pytest.fixture
def meta() -> Iterator[requests_mock.Mocker]:
    """Meta at the HTTP border; an address nobody registered fails the test."""
    with requests_mock.Mocker() as mocker:
        yield mocker


@pytest.fixture
def graph() -> Graph:
    return Graph("https://graph.test", "v26.0", "1029", "orchard-secret")


@pytest.fixture
def wire() -> Wire:
    """As Meta sends it: compact, ASCII, slashes escaped (contract 6.3)."""

    def as_bytes(payload: Any) -> bytes:
        text = json.dumps(payload, ensure_ascii=True, separators=(",", ":"))
        return text.replace("/", "\\/").encode("ascii")

    return as_bytes


@pytest.fixture
def payload() -> Callable[[str], Any]:
    """By its path without `.json`."""
    return lambda name: json.loads((PAYLOADS / f"{name}.json").read_text())


@pytest.fixture
def event(payload: Callable[[str], Any], wire: Wire) -> Callable[[str], Event]:
    """The only event of a payload file."""

    def only(name: str) -> Event:
        (found,) = parse(wire(payload(name)))
        return found

    return only


@pytest.fixture
def from_petro(wire: Wire) -> Callable[..., Event]:
    """The event of one messaging item from Petro to the Orchard's page, with these members."""

    def made(**members: Any) -> Event:
        item = {"sender": {"id": "555"}, "recipient": {"id": "210"}, "timestamp": 1793500000125, **members}
        entry = {"id": "210", "time": 1793500000250, "messaging": [item]}
        (found,) = parse(wire({"object": "page", "entry": [entry]}))
        return found

    return made
