"""Faults of Graph calls (contract 13.7)."""

import time
from typing import Any

from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, token_problem, transient
from webgateway.simulator.graph.tokens import find_token

TOKEN_FAULTS = {
    "token_expired": 463,
    "password_changed": 460,
    "app_removed": 458,
    "checkpoint": 459,
    "not_admin": 492,
}
RATE_LIMITS = {
    "app_rate_limited": GraphError(4, "(#4) Application request limit reached", status=403),
    "page_rate_limited": GraphError(32, "(#32) Page request limit reached", status=403),
}


def refuse_by_fault(call: Call) -> None:
    path = "/".join(call.path)
    for name, problem in RATE_LIMITS.items():
        if call.platform.fault(name, call.method, path):
            raise problem
    if call.platform.fault("transient_5xx", call.method, path):
        raise transient()
    if not call.access_token or call.path == ("oauth", "access_token"):
        return
    token = call.world.tokens.get(call.access_token)
    for name, subcode in TOKEN_FAULTS.items():
        if token and token.type != "APP" and call.platform.fault(name, call.method, path, token.page):
            raise token_problem(
                subcode, app=find_token(call.world, call.access_token).app, then="Friday", now="Saturday"
            )


def spoil_answer(call: Call, result: Any) -> Any:
    """The message went out, the answer says it failed (contract 7.7)."""
    if (
        call.edge == "messages"
        and call.method == "POST"
        and call.platform.fault("sent_but_error", path="/".join(call.path))
    ):
        raise GraphError(1, "Received invalid JSON reply", 1357046, status=500)
    return result


def wait_by_fault(call: Call) -> None:
    """`slow` and `hang`: before the lock is taken."""
    path = "/".join(call.path)
    slow = call.platform.fault("slow", call.method, path)
    if slow:
        time.sleep(float(slow.argument or 3))
    if call.platform.fault("hang", call.method, path):
        time.sleep(call.platform.settings.hang_seconds)
