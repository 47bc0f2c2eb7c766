"""GET /{page}/page_status (contract 3.4)."""

from typing import Any

from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.tokens import grant_of, page_token, require
from webgateway.simulator.integrity import lift_expired, recommended, restriction, violation


def page_status(call: Call) -> dict[str, Any]:
    token = page_token(call, call.node)
    require(call, grant_of(call, token), "pages_manage_metadata")
    lift_expired(call.platform)
    page = call.world.pages[call.node]
    at_fault, restricted = page.status != "ok", page.restricted
    return {
        "id": page.id,
        "timestamp": int(call.platform.clock.now()),
        "status": page.status,
        "violations": [violation()] if at_fault else [],
        "restrictions": [restriction(page)] if restricted else [],
        "recommended_actions": [recommended()] if restricted else [],
        "actions_events": [],
    }
