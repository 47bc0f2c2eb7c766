"""Which deliveries go out now: the first of each queue, in order (contract 6.4)."""

from collections.abc import Collection

from webgateway.simulator.platform import Platform
from webgateway.simulator.state.deliveries import QUEUED, Delivery

KEPT = 1000
"""Finished deliveries kept for reading."""


def due_groups(platform: Platform, busy: Collection[str]) -> list[list[Delivery]]:
    """Groups of deliveries to post now, one POST each. Queues in `busy` have one under way already."""
    now = platform.clock.now()
    taken: set[str] = set(busy)
    due: list[Delivery] = []
    for delivery in platform.world.deliveries:
        if delivery.state != QUEUED or (delivery.loose and delivery.next_at > now):
            continue
        if delivery.queue in taken:
            continue
        taken.add(delivery.queue)
        if delivery.next_at <= now:
            due.append(delivery)
    return [_with_company(platform, delivery) for delivery in due]


def _with_company(platform: Platform, first: Delivery) -> list[Delivery]:
    """With `webhook_batch` on, everything that waits in the same queue travels in one POST."""
    fault = next((fault for fault in platform.world.faults if fault.name == "webhook_batch"), None)
    if fault is None or first.kind != "webhook":
        return [first]
    fault.hit()
    same = [
        delivery
        for delivery in platform.world.deliveries
        if delivery.state == QUEUED and delivery.queue == first.queue and not delivery.loose
    ]
    return same[: int(fault.argument or 1000)]


def next_due(platform: Platform) -> float:
    """Seconds until the next queued delivery is due, at most half a second (the clock may be moved)."""
    now = platform.clock.now()
    waits = [delivery.next_at - now for delivery in platform.world.deliveries if delivery.state == QUEUED]
    return max(0.01, min([0.5, *waits]))


def forget_old(platform: Platform) -> None:
    finished = [delivery for delivery in platform.world.deliveries if delivery.state != QUEUED]
    if len(finished) > KEPT:
        old = {delivery.id for delivery in finished[:-KEPT]}
        platform.world.deliveries[:] = [
            delivery for delivery in platform.world.deliveries if delivery.id not in old
        ]
