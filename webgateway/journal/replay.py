"""Lets events and deliveries take effect once more. What is done is never repeated."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, update

from ..db import db, utcnow
from ..meta import events
from .models import Delivery, Event
from .reading import UNKNOWN_PAGE, page_ids


@dataclass(frozen=True)
class Replayed:
    """`again`: how many wait now; `refused`: why one stays as it is."""

    again: int = 0
    refused: str | None = None


def event(event: Event, parsed: list[events.Event] | None = None) -> Replayed:
    """Events of no use stay ignored, those that wait anyway keep waiting. `parsed`: its delivery's events."""
    db.session.refresh(event, ["outcome", "attempts", "leased_until"], with_for_update=True)
    if event.outcome in ("done", "duplicate"):
        return Replayed(refused="It took effect already and is not repeated.")
    if event.leased_until is not None:
        return Replayed(refused="It is being worked on right now.")
    if event.outcome == "waiting" and not event.attempts:
        return Replayed(refused="It is waiting already.")
    reason = _of_no_use(event, parsed or events.parse(event.delivery.body))
    if reason is not None:
        event.outcome, event.reason = "ignored", reason
        return Replayed(refused=reason)
    event.outcome, event.reason, event.done_at = "waiting", None, None
    event.attempts, event.next_try_at = 0, utcnow()
    return Replayed(again=1)


def delivery(delivery: Delivery) -> Replayed:
    """One that was never read is read anew; of another, the events that had no effect wait again."""
    db.session.refresh(delivery, with_for_update=True)
    if delivery.leased_until is not None:
        return Replayed(refused="It is being worked on right now.")
    if delivery.state != "read":
        delivery.state, delivery.error = "waiting", None
        delivery.attempts, delivery.next_try_at = 0, utcnow()
        return Replayed(again=1)
    parsed = events.parse(delivery.body)
    results = [event(one, parsed) for one in delivery.events]
    again = sum(result.again for result in results)
    reasons = [result.refused for result in results if result.refused]
    return Replayed(again, None if again or not reasons else reasons[0])


def failed(events_where: list[ColumnElement[bool]], deliveries_where: list[ColumnElement[bool]]) -> Replayed:
    """All that failed, within the conditions."""
    fresh = {"attempts": 0, "next_try_at": utcnow()}
    return Replayed(
        again=sum(
            db.session.execute(
                update(table)
                .where(*where)
                .values(**values, **fresh)
                .execution_options(synchronize_session=False)
            ).rowcount  # type: ignore[attr-defined]
            for table, where, values in (
                (Event, [Event.outcome == "failed", *events_where], {"outcome": "waiting", "reason": None}),
                (
                    Delivery,
                    [Delivery.state == "failed", *deliveries_where],
                    {"state": "waiting", "error": None},
                ),
            )
        )
    )


def _of_no_use(event: Event, parsed: list[events.Event]) -> str | None:
    """As when it was read first: the page may have been connected since."""
    reason = parsed[event.position].ignored
    if reason is not None:
        return reason
    event.page_id = page_ids(event.gateway_id, {event.account_id}).get(event.account_id)
    return None if event.page_id else UNKNOWN_PAGE
