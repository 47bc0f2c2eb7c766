"""A thread changes hands, and the apps hear of it (contract 6.6, 7.3)."""

from typing import Any

from webgateway.simulator.platform import Platform
from webgateway.simulator.state.threads import Thread
from webgateway.simulator.threads import next_time
from webgateway.simulator.webhooks import events
from webgateway.simulator.webhooks.emission import emit_handover


def owner(platform: Platform, thread: Thread) -> str:
    """App ID; empty while nobody owns the thread. An extension that ran out ends the ownership."""
    if thread.owner_until and platform.clock.now() >= thread.owner_until:
        thread.owner_app, thread.owner_until = "", 0.0
    return thread.owner_app


def pass_to(platform: Platform, thread: Thread, app: str, metadata: str = "") -> None:
    _change(platform, thread, app, "pass_thread_control", metadata)


def take(platform: Platform, thread: Thread, app: str, metadata: str = "") -> None:
    _change(platform, thread, app, "take_thread_control", metadata)


def request(platform: Platform, thread: Thread, app: str, metadata: str = "") -> None:
    """Only the owner is told."""
    wish = {"requested_owner_app_id": int(app), "metadata": metadata}
    _tell(platform, thread, {"request_thread_control": wish}, to=owner(platform, thread))


def settle(platform: Platform, thread: Thread, app: str) -> None:
    """What the phone's lever does: hands the thread to this app, or to nobody."""
    if app == owner(platform, thread):
        return
    if app:
        pass_to(platform, thread, app)
    else:
        thread.owner_app, thread.owner_until = "", 0.0
        platform.changed()


def _change(platform: Platform, thread: Thread, app: str, how: str, metadata: str) -> None:
    """`previous_owner_app_id` is null when nobody owned the thread."""
    previous = owner(platform, thread)
    thread.owner_app, thread.owner_until = app, 0.0
    parts = {
        "previous_owner_app_id": previous or None,
        "new_owner_app_id": app,
        "metadata": metadata,
    }
    _tell(platform, thread, {how: parts})


def _tell(platform: Platform, thread: Thread, parts: dict[str, Any], to: str = "") -> None:
    item = events.from_person(thread, next_time(platform, thread), **parts)
    emit_handover(platform, thread, item, to)
