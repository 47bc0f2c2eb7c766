"""Signatures of deliveries (contract 6.3) and proofs of calls (contract 5)."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Literal

SHA256_HEADER = "X-Hub-Signature-256"
SHA1_HEADER = "X-Hub-Signature"


def sign(body: bytes, secret: str) -> str:
    """The value of `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _sign_sha1(body: bytes, secret: str) -> str:
    return "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


def _header(headers: Mapping[str, str], name: str) -> str | None:
    """Whatever the case: a plain dict does not know that header names have none."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), None)


def _same(given: str, expected: str) -> bool:
    # compare_digest refuses non-ASCII text, so bytes; surrogates come from WSGI's latin-1 headers
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


def verdict(
    body: bytes, headers: Mapping[str, str], secret: str, allow_sha1: bool = False
) -> Literal["sha256", "sha1"] | None:
    """Which signature proves that `body` is Meta's; None when none does."""
    if not secret:
        return None
    given = _header(headers, SHA256_HEADER)
    if given is not None:
        return "sha256" if _same(given, sign(body, secret)) else None
    given = _header(headers, SHA1_HEADER)
    if allow_sha1 and given is not None and _same(given, _sign_sha1(body, secret)):
        return "sha1"
    return None


def appsecret_proof(token: str, secret: str, at: int | None = None) -> str:
    """`at`: seconds since the epoch, sent beside it as `appsecret_time`; good for five minutes."""
    message = token if at is None else f"{token}|{at}"
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()
