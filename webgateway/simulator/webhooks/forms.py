"""Deauthorize and data deletion: signed forms (contract 9)."""

import base64
import hashlib
import hmac
import json
from typing import Any

from webgateway.simulator.ids import opaque
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.apps import App
from webgateway.simulator.state.deliveries import Delivery
from webgateway.simulator.state.users import User


def signed_request(secret: str, payload: dict[str, Any]) -> str:
    encoded = _base64url(json.dumps(payload, separators=(",", ":")).encode())
    return _base64url(hmac.new(secret.encode(), encoded.encode(), hashlib.sha256).digest()) + "." + encoded


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def deauthorized_by_user(platform: Platform, app: App, user: User) -> None:
    _queue(platform, app, app.settings.get("deauth_callback_url", ""), {"user_id": user.id_for(app.id)})


def deauthorized_by_page(platform: Platform, app: App, page_id: str) -> None:
    _queue(platform, app, app.settings.get("deauth_callback_url", ""), {"profile_id": page_id, "user_id": ""})


def deletion_requested(platform: Platform, app: App, user: User, url: str) -> None:
    expires = int(platform.meta_time()) + 3600
    _queue(platform, app, url, {"user_id": user.id_for(app.id), "expires": expires})


def _queue(platform: Platform, app: App, url: str, payload: dict[str, Any]) -> None:
    """Nothing is sent while the app names no address."""
    if not url:
        return
    now = platform.clock.now()
    payload |= {"algorithm": "HMAC-SHA256", "issued_at": int(platform.meta_time())}
    platform.world.deliveries.append(Delivery(opaque(12), app.id, "", url, payload, now, now, kind="form"))
    platform.changed()
