"""Pages that an app may no longer listen to (contract 13.5)."""

from webgateway.simulator import assumptions
from webgateway.simulator.graph.page_subscriptions import permission_for
from webgateway.simulator.world import World


def drop_lost_subscriptions(world: World, app_id: str) -> None:
    """Of pages that nobody grants any more, nobody may administer, or nobody grants messages of."""
    for key, fields in list(world.page_subscriptions.items()):
        app, _, page_id = key.partition(":")
        if app == app_id and not _kept(world, app_id, page_id, fields):
            del world.page_subscriptions[key]


def _kept(world: World, app_id: str, page_id: str, fields: list[str]) -> bool:
    grants = list(world.grants_covering(app_id, page_id))
    wanted = {permission_for(name) for name in fields} & {"pages_messaging"}
    if not assumptions.PERMISSION_LOSS_ENDS_SUBSCRIPTION:
        wanted = set()
    return bool(grants) and all(any(grant.allows(name) for grant in grants) for name in wanted)
