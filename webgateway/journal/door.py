"""The door: keeps what Meta delivers, before it is answered. No framework in it; routes.py serves it.

A delivery is one committed row, then 200. Everything else happens later, in the worker.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select, update

from ..db import db, utcnow
from ..gateways.models import Gateway
from ..meta import signature
from .models import Delivery

LARGEST = 8 * 1024 * 1024
# A wrong secret makes every delivery fail: remember it once in a while, not at each.
REMEMBER_EVERY = timedelta(seconds=30)


@dataclass(frozen=True)
class Answer:
    status: int
    text: str


KEPT = Answer(200, "EVENT_RECEIVED")
NOT_JSON = Answer(400, "Not JSON")
REFUSED = Answer(403, "Bad or missing signature")
TOO_LARGE = Answer(413, "Too large")


def keep(gateway: Gateway, body: bytes, headers: Mapping[str, str], accept_sha1: bool) -> Answer:
    """Check the signature over the bytes as they came, store them, answer. Commits.

    `gateway` is loaded and no transaction is open: the lock is taken for the one row only.
    """
    if len(body) > LARGEST:
        return TOO_LARGE
    verdict = signature.verdict(body, headers, gateway.app_secret, allow_sha1=accept_sha1)
    if verdict is None:
        _remember_refusal(gateway)
        return REFUSED
    if not _is_json(body):
        return NOT_JSON
    db.session.add(
        Delivery(
            tenant_id=gateway.tenant_id, gateway_id=gateway.id, body=body, size=len(body), signature=verdict
        )
    )
    db.session.commit()
    return KEPT


def gateway_at(uri: str) -> Gateway | None:
    return db.session.scalar(select(Gateway).where(Gateway.uri == uri, Gateway.deleted_at.is_(None)))


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _remember_refusal(gateway: Gateway) -> None:
    now, last = utcnow(), gateway.signature_refused_at
    if last is not None and last > now - REMEMBER_EVERY:
        return
    db.session.execute(
        update(Gateway)
        .where(Gateway.id == gateway.id)
        .where(
            or_(Gateway.signature_refused_at.is_(None), Gateway.signature_refused_at < now - REMEMBER_EVERY)
        )
        .values(signature_refused_at=now)
    )
    db.session.commit()
