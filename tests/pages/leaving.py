"""What the tests of leaving share: Meta's signed forms."""

import time
from typing import Any

from webgateway.gateways.models import Gateway
from webgateway.meta import signed_request

OLENA, MARCO = "4705278912843591", "4705278912843592"


def form(client: Any, gateway: Gateway, path: str = "", secret: str | None = None, **payload: Any) -> Any:
    """As Meta posts it, signed with the app's secret, issued now."""
    payload = {"algorithm": "HMAC-SHA256", "issued_at": int(time.time()), **payload}
    signed = signed_request.make(payload, secret or gateway.app_secret)
    return client.post(f"/meta/{gateway.uri}{path}", data={"signed_request": signed})


def ask_deletion(client: Any, gateway: Gateway, **payload: Any) -> Any:
    return form(client, gateway, "/data-deletion", **{"user_id": OLENA, **payload})
