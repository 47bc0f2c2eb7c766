"""What becomes of a delivery after an attempt: done, again, or given up (contract 6.4)."""

from webgateway.simulator import assumptions
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.deliveries import DONE, DROPPED, QUEUED, Attempt, Delivery


def note_attempt(platform: Platform, delivery: Delivery, attempt: Attempt) -> None:
    delivery.attempts.append(attempt)
    if attempt.status == 200:
        delivery.state = DONE
        platform.world.failing_since.pop(delivery.queue, None)
        platform.world.alerted.pop(delivery.queue, None)
    elif delivery.kind == "form" and assumptions.FORMS_ARE_SENT_ONCE:
        delivery.state, delivery.note = DROPPED, "Meta sends this form once"
    else:
        _again_or_give_up(platform, delivery)


def _again_or_give_up(platform: Platform, delivery: Delivery) -> None:
    now, scale = platform.clock.now(), platform.time_scale
    failing = now - platform.world.failing_since.setdefault(delivery.queue, now)
    if failing >= assumptions.ALERT_AFTER * scale and delivery.queue not in platform.world.alerted:
        platform.world.alerted[delivery.queue] = now
        _alert(platform, f"Deliveries of {delivery.asset} to app {delivery.app} have failed for 15 minutes")
    if failing >= assumptions.UNSUBSCRIBE_AFTER * scale or _patience_is_over(platform, delivery):
        _unsubscribe(platform, delivery)
        return
    spaced = len(delivery.attempts) - assumptions.IMMEDIATE_RETRIES - 1
    pauses = assumptions.SPACED_RETRIES
    delivery.next_at = now if spaced < 0 else now + pauses[min(spaced, len(pauses) - 1)] * scale


def _patience_is_over(platform: Platform, delivery: Delivery) -> bool:
    """With the fault on, after so many failures of one delivery."""
    fault = next((one for one in platform.world.faults if one.name == "unsubscribe_after_failures"), None)
    if fault is None or len(delivery.attempts) < int(fault.argument or 1):
        return False
    return platform.fault("unsubscribe_after_failures", page=delivery.asset) is not None


def _unsubscribe(platform: Platform, delivery: Delivery) -> None:
    """After an hour Meta takes the app off the page; what still waits is lost."""
    world = platform.world
    page = world.page_of(delivery.asset)
    if page:
        world.page_subscriptions.pop(f"{delivery.app}:{page.id}", None)
        world.disabled[f"{delivery.app}:{page.id}"] = platform.clock.now()
    world.failing_since.pop(delivery.queue, None)
    world.alerted.pop(delivery.queue, None)
    for waiting in world.deliveries:
        if waiting.queue == delivery.queue and waiting.state == QUEUED:
            waiting.state, waiting.note = DROPPED, "Webhooks disabled: an hour of failures"
    _alert(platform, f"Webhooks disabled: app {delivery.app} was unsubscribed from {delivery.asset}")


def _alert(platform: Platform, words: str) -> None:
    platform.world.alerts.append(words)
