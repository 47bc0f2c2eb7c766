"""Many calls in one request: contract 11."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from .errors import GraphError, Unreachable, from_answer
from .transport import encode
from .values import storable

SIZE = 50
"""Meta takes no more at once."""


@dataclass(frozen=True)
class BatchItem:
    path: str
    token: str | None = None
    """None: the app's token answers for it."""
    params: dict[str, Any] = field(default_factory=dict)
    method: str = "GET"
    body: dict[str, Any] | None = None


def wire(item: BatchItem, proof: dict[str, str]) -> dict[str, str]:
    """The item as Meta wants it; a token of its own and its proof travel in the relative address."""
    query = encode(item.params) | ({"access_token": item.token, **proof} if item.token else {})
    path = item.path.lstrip("/")
    row = {"method": item.method, "relative_url": f"{path}?{urlencode(query)}" if query else path}
    if item.body is not None:
        row["body"] = urlencode(encode(item.body))
    return row


def outcome(row: Any, had_token: bool) -> dict[str, Any] | GraphError:
    """One row of the answer. `null` is an item Meta ran out of time for."""
    if not isinstance(row, dict):
        return Unreachable("Meta left this call of a batch out.", sent_unclear=True)
    try:
        body = storable(json.loads(row.get("body") or ""))
    except (TypeError, ValueError, RecursionError):
        return Unreachable("Meta's answer to a call of a batch cannot be read.", sent_unclear=True)
    if isinstance(body, bool):
        return {"success": body}
    if not isinstance(body, dict):
        return Unreachable("Meta's answer to a call of a batch cannot be read.", sent_unclear=True)
    status = row["code"] if isinstance(row.get("code"), int) else 200
    if body.get("error") or status >= 400:
        return from_answer(status, body, _headers(row.get("headers")), had_token)
    return body


def _headers(given: Any) -> dict[str, str]:
    rows = given if isinstance(given, list) else []
    return {str(row.get("name")).lower(): str(row.get("value")) for row in rows if isinstance(row, dict)}
