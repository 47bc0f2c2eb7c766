"""Which apps hear of an event, and the delivery each of them gets (contract 3.4, 6.8)."""

from dataclasses import dataclass
from typing import Any, Protocol

from webgateway.simulator import assumptions
from webgateway.simulator.ids import opaque
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.apps import App, Subscription
from webgateway.simulator.state.deliveries import Delivery
from webgateway.simulator.state.threads import Thread
from webgateway.simulator.webhooks.faults import queue_with_faults

ON_INSTAGRAM = {
    "message_echoes": "messages",
    "messaging_referrals": "messaging_referral",
    "message_reads": "messaging_seen",
    "message_edits": "message_edit",
    "message_deliveries": "",
    "messaging_account_linking": "",
    "messaging_feedback": "",
}
"""Page field → Instagram field; "" = Instagram has no such event (contract 6.7)."""


PERMISSIONS = {
    "feed": assumptions.FEED_PERMISSION,
    "comments": assumptions.COMMENTS_PERMISSION,
    "mentions": assumptions.COMMENTS_PERMISSION,
    "business_integrity": assumptions.INTEGRITY_PERMISSION,
}
"""Fields that are not about messages → what somebody must have granted"""


class Place(Protocol):
    """Where something happened: a thread, or a page as a whole."""

    @property
    def asset(self) -> str: ...
    @property
    def page(self) -> str: ...
    @property
    def person(self) -> str: ...
    @property
    def on_instagram(self) -> bool: ...


@dataclass(frozen=True)
class WholePage:
    page: str
    person: str = ""
    on_instagram: bool = False

    @property
    def asset(self) -> str:
        return self.page


def emit(platform: Platform, thread: Thread, field: str, item: dict[str, Any]) -> int:
    """Queues the item for every app that should hear of it. Returns how many do."""
    if thread.on_instagram:
        field = ON_INSTAGRAM.get(field, field)
    if not field:
        return 0
    heard = 0
    for app in platform.world.apps.values():
        others_thread = thread.owner_app not in ("", app.id)
        if why_silent(platform, app, thread, "standby" if others_thread else field):
            continue
        content = {"standby": [_without_payload(item)]} if others_thread else {"messaging": [item]}
        queue_with_faults(platform, webhook(platform, app, thread, content))
        heard += 1
    platform.changed()
    return heard


def emit_handover(platform: Platform, thread: Thread, item: dict[str, Any], to: str) -> None:
    """Never a standby copy. `to`: the one app that is told; empty = all that listen."""
    field = "messaging_handover" if thread.on_instagram else "messaging_handovers"
    for app in platform.world.apps.values():
        chosen = to == app.id or (not to and _hears_of_handover(app, item))
        if chosen and not why_silent(platform, app, thread, field):
            queue_with_faults(platform, webhook(platform, app, thread, {"messaging": [item]}))
    platform.changed()


def _hears_of_handover(app: App, item: dict[str, Any]) -> bool:
    return assumptions.HANDOVER_IS_TOLD_TO_ALL or app.id in str(item)


def _without_payload(item: dict[str, Any]) -> dict[str, Any]:
    """In standby a postback has a title only (contract 6.6)."""
    if "postback" not in item:
        return item
    return item | {"postback": {name: item["postback"][name] for name in ("mid", "title")}}


def emit_of_page(platform: Platform, page_id: str, field: str, item: dict[str, Any]) -> int:
    """An event about the page as a whole: it has no sender."""
    place = WholePage(page_id)
    heard = [app for app in platform.world.apps.values() if not why_silent(platform, app, place, field)]
    for app in heard:
        queue_with_faults(platform, webhook(platform, app, place, {"messaging": [item]}))
    platform.changed()
    return len(heard)


def emit_change(platform: Platform, place: Place, field: str, value: dict[str, Any]) -> int:
    """Queues a change for every app that should hear of it; its time is in seconds (contract 6.5)."""
    heard = [app for app in platform.world.apps.values() if not why_silent(platform, app, place, field)]
    for app in heard:
        values = app.subscriptions["instagram" if place.on_instagram else "page"].include_values
        content = {"changes": [{"field": field, "value": value}]} if values else {"changed_fields": [field]}
        delivery = webhook(platform, app, place, {"time": int(platform.clock.now()), **content})
        queue_with_faults(platform, delivery)
    platform.changed()
    return len(heard)


def why_silent(platform: Platform, app: App, place: Place, field: str) -> str:
    """ "" when the app hears of this field in this place, else the reason in words."""
    subscription = app.subscriptions.get("instagram" if place.on_instagram else "page")
    page_fields = platform.world.page_subscriptions.get(f"{app.id}:{place.page}")
    if subscription is None or not subscription.active:
        return "the app has no webhook for this object"
    if field not in subscription.fields:
        return f"the app's webhook does not ask for {field}"
    if page_fields is None:
        return "the page is not subscribed to the app"
    if not place.on_instagram and field not in page_fields:
        return f"the page is not subscribed to {field}"
    if place.person and not app.serves(place.person):
        return "the app is in development and this person has no role in it"
    return _why_not_permitted(platform, app, place, field)


def permission_for(field: str, *, on_instagram: bool) -> str:
    if field in PERMISSIONS:
        return PERMISSIONS[field]
    return "instagram_manage_messages" if on_instagram else "pages_messaging"


def _why_not_permitted(platform: Platform, app: App, place: Place, field: str) -> str:
    needed = permission_for(field, on_instagram=place.on_instagram)
    if not any(grant.allows(needed) for grant in platform.world.grants_covering(app.id, place.page)):
        return f"nobody who administers the page grants {needed} any more"
    account = platform.world.instagram_account(place.asset)
    if account and field not in PERMISSIONS and not account.messages_allowed:
        return "the Instagram account does not allow access to messages"
    return ""


def webhook(platform: Platform, app: App, place: Place, content: dict[str, Any]) -> Delivery:
    """`content` is what stands beside `id` and `time` in the entry."""
    kind = "instagram" if place.on_instagram else "page"
    subscription: Subscription = app.subscriptions[kind]
    entry = {"id": place.asset, "time": platform.clock.now_ms(), **content}
    now = platform.clock.now()
    body = {"object": kind, "entry": [entry]}
    return Delivery(opaque(12), app.id, place.asset, subscription.callback_url, body, now, now)


def posted_as_it_is(platform: Platform, app: App, url: str, payload: dict[str, Any]) -> Delivery:
    """Whatever the payload: nobody is asked whether the app should hear of it."""
    entries = payload.get("entry") or [{}]
    now = platform.clock.now()
    delivery = Delivery(opaque(12), app.id, str(entries[0].get("id", "")), url, payload, now, now)
    platform.world.deliveries.append(delivery)
    platform.changed()
    return delivery
