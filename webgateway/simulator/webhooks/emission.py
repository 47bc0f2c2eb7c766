"""Which apps hear of an event, and the delivery each of them gets (contract 3.4, 6.8)."""

from typing import Any

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
}
"""Page field → Instagram field; "" = Instagram has no such event (contract 6.7)."""


def emit(platform: Platform, thread: Thread, field: str, item: dict[str, Any]) -> int:
    """Queues the item for every app that should hear of it. Returns how many do."""
    if thread.on_instagram:
        field = ON_INSTAGRAM.get(field, field)
    if not field:
        return 0
    heard = [app for app in platform.world.apps.values() if not why_silent(platform, app, thread, field)]
    for app in heard:
        others_thread = thread.owner_app not in ("", app.id)
        queue_with_faults(
            platform, webhook(platform, app, thread, item, "standby" if others_thread else "messaging")
        )
    platform.changed()
    return len(heard)


def why_silent(platform: Platform, app: App, thread: Thread, field: str) -> str:
    """ "" when the app hears of this field of this thread, else the reason in words."""
    subscription = app.subscriptions.get("instagram" if thread.on_instagram else "page")
    page_fields = platform.world.page_subscriptions.get(f"{app.id}:{thread.page}")
    if subscription is None or not subscription.active:
        return "the app has no webhook for this object"
    if field not in subscription.fields:
        return f"the app's webhook does not ask for {field}"
    if page_fields is None:
        return "the page is not subscribed to the app"
    if not thread.on_instagram and field not in page_fields:
        return f"the page is not subscribed to {field}"
    if not app.serves(thread.person):
        return "the app is in development and this person has no role in it"
    return _why_not_permitted(platform, app, thread)


def _why_not_permitted(platform: Platform, app: App, thread: Thread) -> str:
    needed = "instagram_manage_messages" if thread.on_instagram else "pages_messaging"
    if not any(grant.allows(needed) for grant in platform.world.grants_covering(app.id, thread.page)):
        return f"nobody who administers the page grants {needed} any more"
    account = platform.world.instagram_account(thread.asset)
    if account and not account.messages_allowed:
        return "the Instagram account does not allow access to messages"
    return ""


def webhook(platform: Platform, app: App, thread: Thread, item: dict[str, Any], section: str) -> Delivery:
    kind = "instagram" if thread.on_instagram else "page"
    subscription: Subscription = app.subscriptions[kind]
    entry = {"id": thread.asset, "time": platform.clock.now_ms(), section: [item]}
    now = platform.clock.now()
    body = {"object": kind, "entry": [entry]}
    return Delivery(opaque(12), app.id, thread.asset, subscription.callback_url, body, now, now)
