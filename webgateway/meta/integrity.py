"""How a Facebook Page stands with Meta's rules: `page_status`, and the webhook that tells of changes.

Contract 3.4 and 6.6: both have the same members, and times in seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from .values import dict_of, instant, list_of, text_of

MESSAGING = ("page_messaging", "page_messaging_api")
"""Features without which a page cannot send."""
STATES = ("ok", "warning", "restricted", "suspended")

_METAS_SITES = ("facebook.com", "meta.com", "instagram.com")


@dataclass(frozen=True)
class Restriction:
    feature: str
    description: str | None
    lifted: bool
    applied: datetime | None
    expires: datetime | None
    """Both UTC; None where Meta names no time."""


@dataclass(frozen=True)
class Standing:
    status: str | None
    """One of STATES; None where Meta says none that we know."""
    at: datetime | None
    """When Meta said it, UTC."""
    violations: tuple[str, ...]
    """Which rule was broken, in Meta's words."""
    restrictions: tuple[Restriction, ...]
    help_url: str | None
    """Where a page administrator appeals; always a site of Meta's."""


def standing(found: Mapping[str, Any]) -> Standing:
    """`found`: an answer of `page_status`, or an item of the webhook."""
    status = (text_of(found.get("status")) or "").lower()
    actions = map(dict_of, list_of(found.get("recommended_actions")))
    return Standing(
        status if status in STATES else None,
        instant(found.get("timestamp")),
        tuple(filter(None, map(_violation, list_of(found.get("violations"))))),
        tuple(filter(None, map(_restriction, list_of(found.get("restrictions"))))),
        next(filter(None, (_metas(action.get("url")) for action in actions)), None),
    )


def _violation(row: Any) -> str | None:
    row = dict_of(row)
    return text_of(row.get("description")) or text_of(row.get("type"))


def _restriction(row: Any) -> Restriction | None:
    row = dict_of(row)
    feature = text_of(row.get("feature"))
    if feature is None:
        return None
    return Restriction(
        feature,
        text_of(row.get("description")),
        # page_status lists those in force and gives them no status
        (text_of(row.get("status")) or "").upper() == "UNRESTRICTED",
        instant(row.get("applied_time")),
        instant(row.get("expiration_time")),
    )


def _metas(url: Any) -> str | None:
    address = text_of(url)
    try:
        parts = urlsplit(address or "")
        host = parts.hostname or ""
    except ValueError:
        return None
    ours = any(host == site or host.endswith(f".{site}") for site in _METAS_SITES)
    return address if parts.scheme == "https" and ours else None
