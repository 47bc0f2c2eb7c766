"""Whether what the simulator emits looks like the recorded samples: same members, same kinds of values."""

import json
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parents[1] / "meta" / "payloads"


def sample(name: str) -> dict[str, Any]:
    """The entry of a sample file."""
    entry: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())["entry"][0]
    return entry


def shape(value: Any) -> Any:
    """Members and kinds of values, without the values."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in sorted(value.items())}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return type(value).__name__
