"""What the tests of leaving share: Meta's signed forms."""

import time
from typing import Any

from sqlalchemy import select

from webgateway.db import Model, db
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


def everywhere() -> str:
    """All text of all rows as it is stored, with the secrets opened."""
    rows = (row for table in Model.metadata.sorted_tables for row in db.session.execute(select(table)))
    return "\n".join(map(_text, (value for row in rows for value in row)))


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
