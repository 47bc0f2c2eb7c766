from dataclasses import dataclass

from webgateway.simulator import assumptions
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.threads import Thread
from webgateway.simulator.webhooks.emission import why_silent


@dataclass
class Hearing:
    """Who hears what the customer writes, and how long the page may answer."""

    apps: list[str]
    reasons: list[str]
    """why each other app stays silent: "Acme Support: …" """
    hours_left: int | None
    """None = the customer never wrote; 0 = the 24-hour window is closed"""


def hearing(platform: Platform, thread: Thread) -> Hearing:
    apps, reasons = [], []
    for app in platform.world.apps.values():
        why = why_silent(platform, app, thread, "messages")
        if not why:
            apps.append(app.name)
        elif app.subscriptions:
            reasons.append(f"{app.name}: {why}")
    if not apps and not reasons:
        reasons.append("no app has registered a webhook yet")
    if not thread.last_inbound:
        return Hearing(apps, reasons, None)
    left = thread.last_inbound + assumptions.STANDARD_WINDOW - platform.clock.now()
    return Hearing(apps, reasons, max(0, -(-int(left) // 3600)))
