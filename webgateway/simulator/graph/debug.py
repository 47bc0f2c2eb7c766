"""GET /debug_token (contract 2.5)."""

from typing import Any

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError
from webgateway.simulator.graph.faults import refuse_dead_by_fault
from webgateway.simulator.graph.tokens import find_token, token_of, valid_token, withheld
from webgateway.simulator.state.grants import Grant, Token

INSTAGRAM_PERMISSIONS = ("instagram_basic", "instagram_manage_messages", "instagram_manage_comments")
UNBOUND = ("public_profile", "email")


def debug_token(call: Call) -> dict[str, Any]:
    asking = token_of(call)
    if asking.type == "PAGE":
        raise GraphError(
            100, "(#100) You must provide an app access token, or a user access token that is an owner"
        )
    try:
        token = find_token(call.world, call.required("input_token"))
        if token.app != asking.app:
            raise GraphError(100, "(#100) The App_id in the input_token did not match the Viewing App")
        refuse_dead_by_fault(call, token)
        valid_token(call.world, call.platform.clock, token.value)
    except GraphError as problem:
        if problem.code != 190:
            raise
        error = {"code": 190, "message": problem.message, "subcode": problem.subcode}
        return {"data": {"error": error, "is_valid": False, "scopes": []}}
    return {"data": _description(call, token)}


def _description(call: Call, token: Token) -> dict[str, Any]:
    app = call.world.apps[token.app]
    data: dict[str, Any] = {"app_id": app.id, "type": token.type, "application": app.name, "is_valid": True}
    grant = call.world.grant(token.app, token.user)
    if grant is None:
        return data | {"scopes": []}
    scopes = [name for name in grant.granted if not withheld(call, name)]
    data |= {
        "data_access_expires_at": int(grant.last_login + assumptions.DATA_ACCESS_LIFETIME),
        "expires_at": int(token.expires),
        "issued_at": int(token.issued),
        "scopes": scopes,
        "granular_scopes": [_granular(call, grant, name) for name in scopes if name not in UNBOUND],
        "user_id": call.world.users[token.user].id_for(token.app),
    }
    return data | ({"profile_id": token.page} if token.page else {})


def _granular(call: Call, grant: Grant, permission: str) -> dict[str, Any]:
    """Without target_ids the permission holds for every asset."""
    if permission in INSTAGRAM_PERMISSIONS:
        return {"scope": permission, "target_ids": list(grant.instagram)}
    if permission == "business_management":
        return {"scope": permission, "target_ids": list(call.world.users[grant.user].businesses)}
    return {"scope": permission} | ({} if grant.all_pages else {"target_ids": list(grant.pages)})
