"""What a delivery looks like on the wire (contract 6.2, 6.3)."""

import hashlib
import hmac
import json
from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.apps import App

FIELDS_IN_THE_DASHBOARD = {
    "postback": "messaging_postbacks",
    "reaction": "message_reactions",
    "read": "message_reads",
    "delivery": "message_deliveries",
    "referral": "messaging_referrals",
}
USER_AGENT = "facebookexternalua"


def escaped(payload: dict[str, Any]) -> bytes:
    """Compact, pure ASCII with lowercase hex, and `/` as `\\/`: the bytes the signature is made of."""
    return json.dumps(payload, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def signatures(secret: str, body: bytes) -> dict[str, str]:
    found = {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}
    if assumptions.SEND_SHA1:
        found["X-Hub-Signature"] = "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    return found


def on_the_wire(platform: Platform, app: App, payload: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    """Body and headers of one POST, spoiled as the switched-on faults ask."""
    page = str(payload["entry"][0].get("id", "")) if payload["entry"] else ""
    body = escaped(_spoiled_payload(platform, payload, page))
    if platform.fault("webhook_bad_json", page=page):
        body = body[:-3]
    if platform.fault("webhook_unescaped", page=page):
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json", "User-Agent": USER_AGENT}
    return body, headers | _spoiled_signatures(platform, app, body, page)


def _spoiled_signatures(platform: Platform, app: App, body: bytes, page: str) -> dict[str, str]:
    if platform.fault("webhook_no_signature", page=page):
        return {}
    if platform.fault("webhook_wrong_app_secret", page=page):
        return signatures(app.secret[::-1] + "0", body)
    if platform.fault("webhook_bad_signature", page=page):
        return signatures(app.secret, body + b" ")
    found = signatures(app.secret, body)
    if platform.fault("webhook_sha1_only", page=page):
        del found["X-Hub-Signature-256"]
    return found


def _spoiled_payload(platform: Platform, payload: dict[str, Any], page: str) -> dict[str, Any]:
    if platform.fault("webhook_unknown_page", page=page):
        payload = {**payload, "entry": [{**entry, "id": "999000999000999"} for entry in payload["entry"]]}
    if platform.fault("webhook_dashboard_test", page=page):
        payload = _dashboard_test(payload)
    huge = platform.fault("webhook_huge", page=page)
    if huge:
        size = int(float(huge.argument or 5) * 1_000_000)
        payload = _mapped(payload, lambda key, value: (value * size)[:size] if key == "text" else value)
    if platform.fault("webhook_seconds_timestamp", page=page):
        payload = _mapped(payload, lambda key, value: value // 1000 if key == "timestamp" else value)
    if platform.fault("webhook_numeric_ids", page=page):
        payload = _mapped(payload, lambda key, value: int(value) if key == "id" else value)
    return payload


def _dashboard_test(payload: dict[str, Any]) -> dict[str, Any]:
    """What the Test button sends: changes with made-up ids and times in words (contract 6.5)."""
    entry = payload["entry"][0]
    item = (entry.get("messaging") or entry.get("standby") or [{}])[0]
    content = {
        name: value for name, value in item.items() if name not in ("sender", "recipient", "timestamp")
    }
    value = {
        "sender": {"id": "12334"},
        "recipient": {"id": "23245"},
        "timestamp": str(int(entry["time"] / 1000)),
        **content,
    }
    field = FIELDS_IN_THE_DASHBOARD.get(next(iter(content), ""), "messages")
    test = {"id": "0", "time": int(entry["time"] / 1000), "changes": [{"field": field, "value": value}]}
    return {**payload, "entry": [test]}


def _mapped(value: Any, change: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _mapped(inner, change, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_mapped(inner, change, key) for inner in value]
    return change(key, value)
