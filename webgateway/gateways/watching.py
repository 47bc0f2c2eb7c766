"""Every ten minutes: the app's webhook as Meta has it; registered again when it drifted. Contract 4.2."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select

from ..db import db, utcnow
from ..meta import app
from ..meta.app import AppSubscription
from ..meta.errors import GraphError
from ..meta.pages import APP_FIELDS
from ..tasks import every
from . import webhook
from .graph import graph_of
from .models import Gateway

log = logging.getLogger(__name__)

A_ROUND = 200
"""Gateways of one round, those not checked for longest first."""
CONTENDED = timedelta(hours=1)
"""An address that is another one again within it is somebody else's wish: nobody fights over it."""
NAMES = {"page": "Facebook pages", "instagram": "Instagram"}


@dataclass(frozen=True)
class Drift:
    """`taken`: Meta delivers to another address; `missed`: messages did not come."""

    text: str
    taken: bool = False
    missed: bool = True


@every(minute="*/10")
def compare() -> None:
    now = utcnow()
    gateways = db.session.scalars(
        select(Gateway)
        .where(Gateway.deleted_at.is_(None), Gateway.enabled, Gateway.webhook == "registered")
        .where(or_(Gateway.calls_paused_until.is_(None), Gateway.calls_paused_until < now))
        .order_by(Gateway.webhook_checked_at.is_not(None), Gateway.webhook_checked_at, Gateway.id)
        .limit(A_ROUND)
    ).all()
    for gateway in gateways:
        watch(gateway)


def watch(gateway: Gateway) -> None:
    """Where Meta's list may not be read nothing is known, and nothing done. Commits before and after."""
    uri, checked_at = gateway.public_uri, gateway.webhook_checked_at
    db.session.commit()
    found: list[AppSubscription] | None = None
    try:
        found = app.subscriptions(graph_of(gateway))
    except GraphError as error:
        if error.kind in webhook.PASSING:
            return None
    db.session.refresh(gateway)
    if (gateway.public_uri, gateway.webhook_checked_at, gateway.webhook) != (uri, checked_at, "registered"):
        return db.session.rollback()  # somebody saved it meanwhile: this is what was before
    gateway.webhook_checked_at = utcnow()
    drift = None if found is None else _drift(gateway, gateway.webhook_at_meta, found)
    if drift is None:
        db.session.commit()
    elif drift.taken and _contended(gateway):
        _give_way(gateway, drift)
    else:
        _mend(gateway, drift)


def _drift(
    gateway: Gateway, before: Sequence[dict[str, Any]], found: Sequence[AppSubscription]
) -> Drift | None:
    """`before`: what Meta had when we registered. Instagram only where Meta took it then: contract 4.2."""
    at_meta = {each.object: each for each in found}
    ours = {row["object"]: row for row in before}
    for key, name in NAMES.items():
        if key != "page" and key not in ours:
            continue
        now = at_meta.get(key)
        if now is None or not now.active:
            return Drift(f"Meta had no webhook for {name} any more")
        if now.callback_url != gateway.public_uri:
            return Drift(f"Meta delivered {name} to another address, {now.callback_url}", taken=True)
        # What was missing right after we registered, Meta does not give to this app.
        refused = set(ours.get(key, {}).get("missing", ()))
        if missing := sorted(set(APP_FIELDS[key]) - refused - set(now.fields)):
            missed = "messages" in missing
            return Drift(f"Meta did not deliver {', '.join(missing)} of {name}", missed=missed)
    return None


def _contended(gateway: Gateway) -> bool:
    return gateway.webhook_mended_at is not None and utcnow() - gateway.webhook_mended_at < CONTENDED


def _give_way(gateway: Gateway, drift: Drift) -> None:
    gateway.webhook = "refused"
    gateway.webhook_error = (
        f"{drift.text}, soon after we had registered ours again: another program sets the address of this "
        "Meta app, too. Decide which of them may, then press Register again."
    )
    db.session.commit()
    log.warning("webhook given up to another address", extra={"gateway": gateway.id})


def _mend(gateway: Gateway, drift: Drift) -> None:
    noticed_at, before = utcnow(), gateway.webhook_at_meta
    log.warning("webhook drifted", extra={"gateway": gateway.id})
    if not webhook.register(gateway):
        return  # it says why, and who must act
    rows = gateway.webhook_at_meta
    now = [AppSubscription(row["object"], row["callback_url"], True, row["fields"]) for row in rows]
    if _drift(gateway, before, now):
        return  # Meta took it and still says otherwise: next time that counts as what it gives
    gateway.webhook_drift, gateway.webhook_mended_at = drift.text, utcnow()
    if drift.missed and gateway.missed_since is None:
        gateway.missed_since, gateway.missed_why = noticed_at, "unsubscribed"
    db.session.commit()
    log.warning("webhook registered again", extra={"gateway": gateway.id})
