"""GET and DELETE /me/permissions (contract 2.7)."""

from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.tokens import user_grant, withheld
from webgateway.simulator.platform import Platform
from webgateway.simulator.state.grants import DECLINED, Grant
from webgateway.simulator.subscriptions import drop_lost_subscriptions
from webgateway.simulator.webhooks.forms import deauthorized_by_user


def read_permissions(call: Call) -> dict[str, Any]:
    _, grant = user_grant(call)
    wanted, status = call.text("permission"), call.text("status")
    rows = [
        {"permission": name, "status": DECLINED if withheld(call, name) else state}
        for name, state in grant.permissions.items()
    ]
    return {
        "data": [row for row in rows if wanted in ("", row["permission"]) and status in ("", row["status"])],
    }


def revoke(call: Call) -> dict[str, Any]:
    _, grant = user_grant(call)
    if len(call.path) > 2:
        if call.path[2] in grant.permissions:
            grant.permissions[call.path[2]] = DECLINED
            drop_lost_subscriptions(call.world, grant.app)
    else:
        remove_app(call.platform, grant)
    return {"success": True}


def remove_app(platform: Platform, grant: Grant) -> None:
    """The person removes the app: their tokens die with 458, and the app is told (contract 9.2)."""
    world = platform.world
    world.grants.pop(f"{grant.app}:{grant.user}", None)
    for token in world.tokens.values():
        if (token.app, token.user) == (grant.app, grant.user):
            token.invalid = 458
    drop_lost_subscriptions(world, grant.app)
    if assumptions.DEAUTHORIZE_ON_REVOKE:
        deauthorized_by_user(platform, world.apps[grant.app], world.users[grant.user])
