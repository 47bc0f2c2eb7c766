"""What is expected of each sample file: where it arrives, what the journal says, what the screen shows."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAYLOADS = Path(__file__).parent.parent / "meta" / "payloads"
NAMES = sorted(
    str(path.relative_to(PAYLOADS).with_suffix(""))
    for path in PAYLOADS.rglob("*.json")
    if "callbacks" not in path.parts
)


@dataclass(frozen=True)
class Effect:
    """`into`: nothing; talk (the customer wrote before); about (the message it is about is there); loved (it
    has a reaction); sent (it is about our own); before (the message it is about comes after it).

    `journal`: outcomes with their reasons. `screen`: words in the new or changed messages, comments and lines
    of a page's health, with ! those that are not; none where nothing changes."""

    into: str
    journal: list[str]
    screen: list[str]


def table() -> dict[str, Effect]:
    found: dict[str, Any] = json.loads((Path(__file__).parent / "effects.json").read_text())
    return {name: Effect(**effect) for name, effect in found.items()}


def body(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())
    return found


def rows() -> list[str]:
    """As docs/events.md shows it."""
    return [f"| {' | '.join(_row(name, effect))} |" for name, effect in table().items()]


def _row(name: str, effect: Effect) -> tuple[str, ...]:
    return f"`{name}`", effect.into, "; ".join(effect.journal) or "–", ", ".join(effect.screen) or "–"
