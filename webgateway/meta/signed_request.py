"""What Meta posts to the deauthorize and data deletion callbacks: contract 9.1."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class InvalidSignedRequest(ValueError):  # noqa: N818
    pass


@dataclass(frozen=True)
class SignedRequest:
    user_id: str | None
    """App-scoped, as `GET /me` gave it at login; None when a page, not a person, left."""
    profile_id: str | None
    """The page that left."""
    issued_at: int | None
    expires: int | None
    """Both in seconds since the epoch."""


def parse(signed_request: str, secret: str) -> SignedRequest:
    """Raises InvalidSignedRequest for a wrong signature and for every wrong shape."""
    signature, dot, payload = signed_request.partition(".")
    if not dot or not secret:
        raise InvalidSignedRequest("Not two parts joined by a dot.")
    if not hmac.compare_digest(_decode(signature), _digest(payload, secret)):
        raise InvalidSignedRequest("The signature is wrong.")
    try:
        data = json.loads(_decode(payload))
    except (ValueError, RecursionError):
        raise InvalidSignedRequest("The payload is not JSON.") from None
    if not isinstance(data, dict):
        raise InvalidSignedRequest("The payload is not an object.")
    if str(data.get("algorithm", "")).upper() != "HMAC-SHA256":
        raise InvalidSignedRequest("The algorithm is not HMAC-SHA256.")
    return SignedRequest(
        user_id=_id(data.get("user_id")),
        profile_id=_id(data.get("profile_id")),
        issued_at=_seconds(data.get("issued_at")),
        expires=_seconds(data.get("expires")),
    )


def make(payload: Mapping[str, Any], secret: str) -> str:
    """For tests and tools: what Meta would send."""
    encoded = _encode(json.dumps(payload, separators=(",", ":")).encode())
    return f"{_encode(_digest(encoded, secret))}.{encoded}"


def _digest(payload: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), payload.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidSignedRequest("A part is not base64url.") from None


def _id(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value) or None


def _seconds(value: Any) -> int | None:
    try:
        return None if isinstance(value, bool) else int(value)
    except (TypeError, ValueError, OverflowError):
        return None
