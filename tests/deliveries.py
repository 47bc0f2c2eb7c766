"""What Meta would POST: compact JSON, escaped to ASCII, signed over exactly those bytes (contract 6.3)."""

import json
import time
from typing import Any

from webgateway.gateways.models import Gateway
from webgateway.meta import signature

PAGE = "102938475610293"
PETER = "7392015648120394"
NOON = 1785312004523  # milliseconds: 2026-07-29, what contract's samples carry


def just_now() -> int:
    """Milliseconds; what happened at NOON is too old to be answered."""
    return int(time.time() * 1000)


def wire(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()


def delivery(
    *items: dict[str, Any], page: str = PAGE, object: str = "page", at: int = NOON
) -> dict[str, Any]:
    return {"object": object, "entry": [{"id": page, "time": at, "messaging": list(items)}]}


def text(
    words: str, mid: str, by: str = PETER, page: str = PAGE, at: int = NOON, **more: Any
) -> dict[str, Any]:
    return {
        "sender": {"id": by},
        "recipient": {"id": page},
        "timestamp": at,
        "message": {"mid": mid, "text": words, **more},
    }


def echo(
    words: str, mid: str, to: str = PETER, page: str = PAGE, at: int = NOON, **more: Any
) -> dict[str, Any]:
    message = {"mid": mid, "text": words, "is_echo": True, "app_id": 263902037430900, **more}
    return {"sender": {"id": page}, "recipient": {"id": to}, "timestamp": at, "message": message}


def post(client, gateway: Gateway, body: Any, **headers: str):  # type: ignore[no-untyped-def]
    """Deliver as Meta does; `body` may be bytes already."""
    raw = body if isinstance(body, bytes) else wire(body)
    signed = {"X-Hub-Signature-256": signature.sign(raw, gateway.app_secret), **headers}
    return client.post(f"/meta/{gateway.uri}", data=raw, content_type="application/json", headers=signed)
