"""How each page's subscription is doing: the rule of 15 minutes and one hour (contract 6.4, 13.5)."""

from dataclasses import dataclass

from webgateway.simulator import assumptions
from webgateway.simulator.platform import Platform

SUBSCRIBED, FAILING, ALERTED, UNSUBSCRIBED = "subscribed", "failing", "alerted", "unsubscribed"


@dataclass
class Listening:
    app: str
    page: str
    fields: list[str]
    state: str
    since: float | None
    """when deliveries began to fail, or when Meta took the app off the page"""
    seconds_left: float | None
    """until Meta takes the app off the page; None unless deliveries fail"""


def listenings(platform: Platform) -> list[Listening]:
    """Of every app and page that are, or by the rule no longer are, subscribed."""
    world = platform.world
    with platform.lock:
        found = [_state(platform, key, fields) for key, fields in world.page_subscriptions.items()]
        gone = [
            _gone(key, since) for key, since in world.disabled.items() if key not in world.page_subscriptions
        ]
    return found + gone


def _gone(key: str, since: float) -> Listening:
    app, page_id = key.split(":")
    return Listening(app, page_id, [], UNSUBSCRIBED, since, None)


def _state(platform: Platform, key: str, fields: list[str]) -> Listening:
    app, page_id = key.split(":")
    queues = queues_of(platform, app, page_id)
    since = min((at for queue, at in platform.world.failing_since.items() if queue in queues), default=None)
    if since is None:
        return Listening(app, page_id, fields, SUBSCRIBED, None, None)
    alerted = any(queue in platform.world.alerted for queue in queues)
    left = since + assumptions.UNSUBSCRIBE_AFTER * platform.time_scale - platform.clock.now()
    return Listening(app, page_id, fields, ALERTED if alerted else FAILING, since, max(0.0, left))


def queues_of(platform: Platform, app: str, page_id: str) -> list[str]:
    """Of the page and its Instagram account: they share the subscription."""
    page = platform.world.pages.get(page_id)
    account = page.instagram.id if page and page.instagram else ""
    return [f"{app}:{asset}" for asset in (page_id, account) if asset]


def forgive(platform: Platform, app: str, page_id: str) -> None:
    """Whoever subscribes again begins anew."""
    platform.world.disabled.pop(f"{app}:{page_id}", None)
    for queue in queues_of(platform, app, page_id):
        platform.world.failing_since.pop(queue, None)
        platform.world.alerted.pop(queue, None)
