"""Faults that concern how many deliveries there are, and when (contract 13.7)."""

import copy

from webgateway.simulator.ids import opaque
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.deliveries import Delivery


def queue_with_faults(platform: Platform, delivery: Delivery) -> None:
    page = delivery.asset
    if platform.fault("webhook_dropped", page=page):
        return
    delayed = platform.fault("webhook_delayed", page=page)
    if delayed:
        delivery.next_at += float(delayed.argument or 10)
        delivery.loose = True
    swapped = platform.fault("webhook_out_of_order", page=page)
    if swapped and swapped.hits % 2:
        # Every other delivery waits, so that the one after it overtakes.
        delivery.next_at += 3 * platform.settings.hold_seconds
        delivery.loose = True
    if _is_on(platform, "webhook_batch"):
        delivery.next_at += platform.settings.hold_seconds
    duplicate = platform.fault("webhook_duplicate", page=page)
    copies = int(duplicate.argument or 2) if duplicate else 1
    for _ in range(copies):
        twin = copy.deepcopy(delivery)
        twin.id = opaque(12)
        platform.world.deliveries.append(twin)


def _is_on(platform: Platform, name: str) -> bool:
    return any(fault.name == name for fault in platform.world.faults)
