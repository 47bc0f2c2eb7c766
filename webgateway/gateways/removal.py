"""Deleting gateways: for people at once, at Meta and in our secrets a moment later, in the worker.

The parts to the right of this one listen to the signals: they know what stands on a gateway.
"""

from collections.abc import Sequence
from datetime import datetime

from blinker import Signal
from sqlalchemy import select, update

from ..db import db, utcnow
from ..tasks import every, side_work
from . import webhook
from .models import Gateway

consequences = Signal("(ids of gateways) -> sentences: what deleting them costs, with numbers")
deleting = Signal("(ids of gateways, at=the moment): in the transaction that deletes them")
clearing = Signal(
    "(gateway): take back at Meta and wipe secrets; in the worker, no transaction open; commits"
)


def costs(ids: Sequence[int]) -> list[str]:
    return [sentence for _, sentences in consequences.send(ids) for sentence in sentences]


def delete(gateways: Sequence[Gateway]) -> None:
    """Gone from every list, silent and unreachable when this commits; the rows stay for the history."""
    ids, at = [gateway.id for gateway in gateways], utcnow()
    _mark(ids, at)
    deleting.send(ids, at=at)
    db.session.commit()
    for gateway_id in ids:
        clear_up.later(gateway_id)


def _mark(ids: Sequence[int], at: datetime) -> None:
    db.session.execute(update(Gateway).where(Gateway.id.in_(ids)).values(deleted_at=at, enabled=False))


@side_work
def clear_up(gateway_id: int) -> None:
    """One try at Meta, then the secrets go, whatever Meta said."""
    gateway = db.session.get(Gateway, gateway_id)
    if gateway is None or gateway.deleted_at is None or gateway.credentials == "wiped":
        return
    webhook.unregister(gateway)
    clearing.send(gateway)
    gateway.app_secret = gateway.verify_token = ""
    gateway.credentials = "wiped"
    gateway.forget_registration()
    db.session.commit()


@every(minute="*/5")
def sweep() -> None:
    """Finish what a stopped worker left undone."""
    undone = select(Gateway.id).where(Gateway.deleted_at.is_not(None), Gateway.credentials != "wiped")
    for gateway_id in db.session.scalars(undone).all():
        clear_up(gateway_id)
