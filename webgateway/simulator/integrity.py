"""Pages that Meta warns or restricts, and who hears of it (contract 3.4, 6.6)."""

import dataclasses
from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.pages import Page
from webgateway.simulator.webhooks.emission import emit_of_page

STATES = ("ok", "warning", "restricted", "suspended")
POLICY = "https://transparency.meta.com/policies/community-standards/spam/"
SUPPORT = "https://www.facebook.com/business-support-home/"
BLOCKED = (
    "The bot violated our Platform Policies "
    "(https://developers.facebook.com/devpolicy/#messengerplatform). Common violations include sending out "
    "excessive spammy messages or being non-functional."
)


def judge(platform: Platform, page: Page, status: str, hours: float = assumptions.RESTRICTION_HOURS) -> None:
    """`ok` lifts what there was. Raises ValueError for a status nobody knows."""
    if status not in STATES:
        raise ValueError(status)
    with platform.lock:
        was, page.status = page.status, status
        now = platform.clock.now()
        page.judged_at = now
        page.restricted_until = now + hours * 3600 if page.restricted else 0.0
        if status != was:
            _tell(platform, page, was)
        platform.changed()


def lift_expired(platform: Platform) -> None:
    """A restriction ends by itself when its time is over."""
    for page in platform.world.pages.values():
        if page.restricted and page.restricted_until and platform.clock.now() >= page.restricted_until:
            judge(platform, page, "ok")


def tell_of_restriction(platform: Platform, page: Page) -> None:
    """The webhook alone, as when a fault refuses one message: the page itself stays as it is."""
    now = platform.clock.now()
    until = now + assumptions.RESTRICTION_HOURS * 3600
    restricted = dataclasses.replace(page, status="restricted", judged_at=now, restricted_until=until)
    item = {"timestamp": int(now), **described(restricted)}
    emit_of_page(platform, page.id, "business_integrity", item)


def _tell(platform: Platform, page: Page, was: str) -> None:
    seconds = {"timestamp": int(page.judged_at)}
    emit_of_page(platform, page.id, "business_integrity", seconds | described(page))
    action = {"ok": "unblock", "warning": "warning"}.get(page.status, "block")
    if action == "unblock" and was == "warning":
        return
    policy = {"action": action} | ({} if action == "unblock" else {"reason": BLOCKED})
    item = {
        "recipient": {"id": page.id},
        "timestamp": platform.clock.now_ms(),
        "policy_enforcement": policy,
    }
    emit_of_page(platform, page.id, "messaging_policy_enforcement", item)


def described(page: Page) -> dict[str, Any]:
    """What the webhook says of the page."""
    if page.status == "ok":
        return {"status": "ok", "restrictions": [_lifted(page)]}
    if page.status == "warning":
        return {"status": "warning", "violations": [violation()]}
    event = {
        "type": "APPEAL",
        "status": "OPENED",
        "created_time": int(page.judged_at),
        "updated_time": int(page.judged_at),
    }
    return {
        "status": page.status,
        "violations": [violation()],
        "restrictions": [restriction(page) | {"status": "RESTRICTED"}],
        "recommended_actions": [recommended()],
        "action_events": [event],
    }


def violation() -> dict[str, str]:
    words = "Page posted content that violates the spam policy"
    return {"type": "SPAM", "description": words, "url": POLICY}


def restriction(page: Page) -> dict[str, Any]:
    days = max(1, round((page.restricted_until - page.judged_at) / 86400))
    return {
        "feature": "page_messaging_api",
        "description": f"Page is restricted from sending messages for {days} day{'s' if days != 1 else ''}",
        "applied_time": int(page.judged_at),
        "expiration_time": int(page.restricted_until),
        "violation_type": ["SPAM"],
    }


def recommended() -> dict[str, Any]:
    return {"action_type": "FILE_APPEAL", "url": SUPPORT, "violation_type": ["SPAM"]}


def _lifted(page: Page) -> dict[str, Any]:
    return {
        "feature": "page_messaging_api",
        "status": "UNRESTRICTED",
        "description": "Page is no longer restricted",
        "applied_time": int(page.judged_at),
    }
