"""By what a flow's bot is known when it calls back: a token, of which only a hash is kept."""

import hashlib
import hmac
import secrets

from sqlalchemy import select

from ..db import db, utcnow
from ..flows.models import Flow

PREFIX = "wgbot_"


def make(flow: Flow) -> str:
    """A new one; the one before no longer counts. The caller commits, and shows it once."""
    token = PREFIX + secrets.token_urlsafe(32)
    flow.bot_token_hash, flow.bot_token_made_at = _hash(token), utcnow()
    return token


def revoke(flow: Flow) -> None:
    flow.bot_token_hash = flow.bot_token_made_at = None


def flow_of(token: str) -> Flow | None:
    """Found by the hash: how long that takes tells nothing of a token."""
    found = db.session.scalar(select(Flow).where(Flow.bot_token_hash == _hash(token)))
    right = found is not None and hmac.compare_digest(found.bot_token_hash or "", _hash(token))
    return found if right else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
