"""What a page's own settings do to an app (contract 9.2)."""

from webgateway.simulator.platform import Platform
from webgateway.simulator.webhooks.forms import deauthorized_by_page


def leave_page(platform: Platform, app_id: str, page_id: str) -> bool:
    """Takes the app off the page and tells the app; False when it was not on it."""
    with platform.lock:
        if platform.world.page_subscriptions.pop(f"{app_id}:{page_id}", None) is None:
            return False
        deauthorized_by_page(platform, platform.world.apps[app_id], page_id)
        platform.changed()
    return True
