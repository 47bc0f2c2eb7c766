"""What the app answered to the signed forms (contract 9.3)."""

import json
from dataclasses import dataclass

from webgateway.simulator.platform import Platform
from webgateway.simulator.state.deliveries import Delivery

DEAUTHORIZE, DELETION = "deauthorize", "data deletion"


@dataclass
class Form:
    id: str
    kind: str
    app: str
    user: str
    """key of the person; empty when a page left"""
    page: str
    state: str
    status: int | None
    """HTTP status of the answer; None = none yet"""
    url: str
    """where the person can see how far the deletion is"""
    confirmation_code: str


def forms(platform: Platform) -> list[Form]:
    with platform.lock:
        return [_form(platform, one) for one in platform.world.deliveries if one.kind == "form"]


def kind_of(delivery: Delivery) -> str:
    return DELETION if "expires" in delivery.payload else DEAUTHORIZE


def _form(platform: Platform, delivery: Delivery) -> Form:
    user = platform.world.user_by_id(delivery.app, str(delivery.payload.get("user_id") or "nobody"))
    last = delivery.attempts[-1] if delivery.attempts else None
    told = _told(last.answer) if last and last.status == 200 and kind_of(delivery) == DELETION else {}
    return Form(
        delivery.id,
        kind_of(delivery),
        delivery.app,
        user.key if user else "",
        str(delivery.payload.get("profile_id", "")),
        delivery.state,
        last.status if last else None,
        str(told.get("url", "")),
        str(told.get("confirmation_code", "")),
    )


def _told(answer: str) -> dict[str, object]:
    try:
        told = json.loads(answer)
    except json.JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}
