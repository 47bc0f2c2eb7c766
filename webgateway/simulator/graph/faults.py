"""Faults of Graph calls (contract 13.7)."""

import socket
import struct
import time
from typing import Any

from flask import Response, request

from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, token_problem, transient
from webgateway.simulator.graph.tokens import find_token
from webgateway.simulator.state.deliveries import QUEUED
from webgateway.simulator.state.grants import Token

ECHO_PATIENCE = 3.0
"""Seconds an answer waits for its echo at most."""

TOKEN_FAULTS = {
    "token_expired": 463,
    "password_changed": 460,
    "app_removed": 458,
    "checkpoint": 459,
    "not_admin": 492,
    "logged_out": 467,
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
    if call.platform.fault("error_with_200", call.method, path):
        raise transient(status=200)
    if not call.access_token or call.path == ("oauth", "access_token"):
        return
    token = call.world.tokens.get(call.access_token)
    for name, subcode in TOKEN_FAULTS.items():
        if token and token.type != "APP" and call.platform.fault(name, call.method, path, token.page):
            raise token_problem(
                subcode, app=find_token(call.world, call.access_token).app, then="Friday", now="Saturday"
            )


def refuse_dead_by_fault(call: Call, token: Token) -> None:
    """What debug_token says of a token: dead while a fault kills it until switched off, whatever the call."""
    for fault in call.world.faults:
        everywhere = fault.remaining is None and not fault.method and not fault.path
        if (
            fault.name in TOKEN_FAULTS
            and everywhere
            and fault.page in ("", token.page)
            and token.type != "APP"
        ):
            raise token_problem(TOKEN_FAULTS[fault.name], app=token.app, then="Friday", now="Saturday")


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


def hang_up() -> Response:
    """Closes the connection without an answer; without a real connection (in tests) an empty 502."""
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.shutdown(socket.SHUT_RDWR)
    return Response("", 502)


def wait_for_echo(call: Call) -> None:
    """After a message was sent: until what was queued for it has been posted. No lock is held."""
    if call.edge != "messages" or call.method != "POST":
        return
    if not call.platform.fault("echo_before_response", path="/".join(call.path)):
        return
    end = time.monotonic() + ECHO_PATIENCE
    while time.monotonic() < end:
        with call.platform.lock:
            waiting = [one for one in call.world.deliveries if one.state == QUEUED and not one.attempts]
        if not waiting:
            return
        time.sleep(0.01)
