from dataclasses import dataclass

from webgateway.simulator.platform import Platform
from webgateway.simulator.state.people import Person

SHOWN = 50


@dataclass
class Contact:
    """A Page or Instagram account the customer can write to."""

    id: str
    name: str
    detail: str
    connected: bool
    """Some app receives its webhooks."""


def assets_for(platform: Platform, person: Person, q: str) -> list[Contact]:
    """Connected ones first; at most SHOWN."""
    world = platform.world
    subscribed = {key.partition(":")[2] for key in world.page_subscriptions}
    found: list[Contact] = []
    for page in world.pages.values():
        if person.messenger:
            found.append(Contact(page.id, page.name, page.category, page.id in subscribed))
        if page.instagram and person.instagram:
            account = page.instagram
            found.append(
                Contact(account.id, page.name, f"Instagram @{account.username}", page.id in subscribed)
            )
    wanted = q.casefold().strip()
    fitting = [one for one in found if wanted in f"{one.name} {one.detail} {one.id}".casefold()]
    return sorted(fitting, key=lambda one: not one.connected)[:SHOWN]
