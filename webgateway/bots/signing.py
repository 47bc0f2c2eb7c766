"""How a bot tells that it is called by us: Standard Webhooks, with its own library."""

import base64
import secrets

from sqlalchemy import select, update
from standardwebhooks import Webhook

from ..db import db, looking, utcnow
from ..flows.models import Flow

BYTES = 32


def make() -> str:
    """A new secret, in the form the convention gives it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def kept(flow_id: int) -> str | None:
    return db.session.scalar(select(Flow.bot_secret).where(Flow.id == flow_id))


def first(flow_id: int) -> str:
    """Of a flow that has none: a bot that does not look at signatures needs nothing set up. Commits."""
    none_yet = update(Flow).where(Flow.id == flow_id, Flow.bot_secret.is_(None)).values(bot_secret=make())
    db.session.execute(none_yet.execution_options(synchronize_session=False))
    db.session.commit()
    with looking():
        return kept(flow_id) or make()


def headers(secret: str, key: str, body: str) -> dict[str, str]:
    """Of an attempt made now; `key` is the webhook-id."""
    now = utcnow()
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(key, now, body),
    }
