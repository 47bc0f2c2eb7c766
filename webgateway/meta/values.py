"""Reading what Meta sends, whatever type it chose today: contract 6.5."""

import math
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

MAX_DEPTH = 60
_MILLISECONDS_FROM = 10**11


class TooDeepError(ValueError):
    pass


def storable(value: Any, depth: int = 0) -> Any:
    """The same without lone surrogates and NUL, which JSON may hold and databases refuse."""
    if depth > MAX_DEPTH:
        raise TooDeepError("Nested too deeply.")
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    if isinstance(value, list):
        return [storable(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item, depth + 1) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def id_of(value: Any) -> str | None:
    """Ids are strings, or numbers in some members and old traffic."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value) or None


def text_of(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def int_of(value: Any) -> int | None:
    try:
        return None if isinstance(value, bool) else int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def dict_of(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def instant(value: Any) -> datetime | None:
    """Milliseconds or seconds, told apart by size; a number, its string, or Meta's ISO form."""
    try:
        if isinstance(value, bool):
            return None
        if isinstance(value, str) and not value.isdecimal():
            return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)
        number = float(value)
        seconds = number / 1000 if number > _MILLISECONDS_FROM else number
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def web_address(value: Any, base: str) -> str | None:
    """Absolute and http(s): reels come with a path only, and any text may claim to be a link."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        address = urljoin(base, value.strip()) if value.startswith("/") else value.strip()
        return address if urlsplit(address).scheme in ("http", "https") else None
    except ValueError:
        return None
