"""Keys that tell the same happening in two deliveries: contract 6.4."""

import hashlib
import json
from typing import Any

MAX_LENGTH = 255


def key(account_id: str, kind: str, *parts: object) -> str:
    return _bounded(":".join((account_id, kind, *("" if part is None else str(part) for part in parts))))


def key_of_content(account_id: str, kind: str, item: Any) -> str:
    """For what Meta gave no name of its own."""
    canonical = json.dumps(item, sort_keys=True, separators=(",", ":"))
    return key(account_id, kind, hashlib.sha256(canonical.encode()).hexdigest())


def _bounded(text: str) -> str:
    if len(text) <= MAX_LENGTH:
        return text
    return text[: MAX_LENGTH - 65] + ":" + hashlib.sha256(text.encode()).hexdigest()
