"""What Meta delivered of a customer goes from the journal, at their wish; the rest of a delivery stays."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import undefer

from ..db import db, utcnow
from ..gateways.models import Gateway
from ..pages import erasing
from .models import Delivery, Event

AT_ONCE = 20
"""Deliveries held in memory; each may be 8 MiB."""
REASON = "Erased at the customer's wish."
ITEMS = ("messaging", "standby", "changes")


def listen() -> None:
    erasing.erasing.connect(erase)


def erase(gateway: Gateway, meta_id: str) -> dict[str, int]:
    """Commits now and then: what is begun again goes on where it was."""
    about = (Event.gateway_id == gateway.id, Event.user_id == meta_id)
    erased = events = 0
    while True:
        found = select(Event.delivery_id).where(*about).distinct().order_by(Event.delivery_id).limit(AT_ONCE)
        ids = db.session.scalars(found).all()
        if not ids:
            return {"deliveries": erased, "events": events}
        _erase_bodies(ids, meta_id)
        events += _erase_events([*about, Event.delivery_id.in_(ids)], meta_id)
        erased += len(ids)
        db.session.commit()
        db.session.expunge_all()


def without(body: bytes, meta_id: str) -> bytes:
    """The items about this customer are emptied, none is taken out: events are found by their place."""
    try:
        delivery = json.loads(body)
        entries = delivery["entry"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return b"{}"
    delivery["entry"] = [_entry(entry, meta_id) for entry in entries]
    return json.dumps(delivery, separators=(",", ":")).encode()


def _entry(entry: Any, meta_id: str) -> Any:
    if not isinstance(entry, dict):
        return entry
    kept = {name: value for name, value in entry.items() if name not in ITEMS}
    if _names(kept, meta_id):
        kept = {name: kept[name] for name in ("id", "time") if name in kept}
    items = {name: entry[name] for name in ITEMS if name in entry}
    for name, rows in items.items():
        rows = rows if isinstance(rows, list) else []
        items[name] = [{} if _names(row, meta_id) else row for row in rows]
    return kept | items


def _names(item: Any, meta_id: str) -> bool:
    return meta_id in json.dumps(item)


def _erase_bodies(ids: Sequence[int], meta_id: str) -> None:
    held = select(Delivery).where(Delivery.id.in_(ids)).options(undefer(Delivery.body)).with_for_update()
    for delivery in db.session.scalars(held):
        delivery.body = without(delivery.body, meta_id)
        delivery.size, delivery.erased_at = len(delivery.body), utcnow()


def _erase_events(which: list[Any], meta_id: str) -> int:
    """The key keeps telling a repeated delivery, without the customer's id."""
    waiting = update(Event).where(*which, Event.outcome.in_(("waiting", "failed")))
    nameless = update(Event).where(*which)
    keys = {name: func.replace(getattr(Event, name), meta_id, "erased") for name in ("talk", "dedupe_key")}
    db.session.execute(
        waiting.values(outcome="ignored", reason=REASON).execution_options(synchronize_session=False)
    )
    changed = nameless.values(user_id=None, mid=None, **keys).execution_options(synchronize_session=False)
    return int(db.session.execute(changed).rowcount)  # type: ignore[attr-defined]
