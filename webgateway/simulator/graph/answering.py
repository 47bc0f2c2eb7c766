"""From a call to its answer: faults, token, proof, the right function, and the record of it all."""

import contextlib
import json
from typing import Any

from webgateway.simulator.graph import batch
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError, UnknownCallError
from webgateway.simulator.graph.faults import refuse_by_fault, spoil_answer
from webgateway.simulator.graph.proof import check_proof, proof_form
from webgateway.simulator.graph.routes import TAKES_THE_LOCK_ITSELF, handler_for
from webgateway.simulator.graph.tokens import find_token
from webgateway.simulator.ids import trace_id
from webgateway.simulator.state.calls import CallRecord

SECRET = (
    "access_token",
    "client_secret",
    "appsecret_proof",
    "code",
    "fb_exchange_token",
    "input_token",
    "batch",
)

Answer = tuple[int, Any]
THROTTLED = (4, 32, 613, 80006)


def answer(call: Call, *, in_batch: bool = False) -> Answer:
    """HTTP status and JSON body."""
    record = _record(call, in_batch)
    try:
        status, body = 200, _result(call)
    except GraphError as problem:
        status, body = problem.status, problem.body()
        record.code = problem.code
        record.unimplemented = isinstance(problem, UnknownCallError)
    record.status = status
    return status, body


def _result(call: Call) -> Any:
    if not call.path:
        return _root(call)
    with call.platform.lock:
        refuse_by_fault(call)
        check_proof(call)
        handler = handler_for(call)
        if handler not in TAKES_THE_LOCK_ITSELF:
            return spoil_answer(call, handler(call))
    return handler(call)


def _root(call: Call) -> Any:
    if call.method == "POST" and "batch" in call.params:
        include = call.text("include_headers") != "false"
        results = []
        with call.platform.lock:
            parts = batch.parts_of(call)
        for part in parts:
            status, body = answer(part, in_batch=True)
            results.append(batch.result(status, headers(call), body, include_headers=include))
        return results
    if "ids" in call.params:
        raise GraphError(100, "The ids query parameter is deprecated in v26.0+", status=500)
    raise UnknownCallError(100, "Unsupported get request.")


def headers(call: Call, body: Any = None) -> dict[str, str]:
    """`body` tells whether a limit was reached: then usage stands at 100 percent (contract 7.6)."""
    error = body.get("error", {}) if isinstance(body, dict) else {}
    share = 100 if error.get("code") in THROTTLED else 1
    usage = {"call_count": share, "total_time": 1, "total_cputime": 1}
    found = {
        "Content-Type": "text/javascript; charset=UTF-8",
        "facebook-api-version": call.version,
        "x-fb-trace-id": trace_id(),
        "x-app-usage": json.dumps(usage),
    }
    if call.node in call.world.pages:
        row = {"type": "messenger", **usage, "estimated_time_to_regain_access": 1 if share == 100 else 0}
        found["x-business-use-case-usage"] = json.dumps({call.node: [row]})
    return found


def _record(call: Call, in_batch: bool) -> CallRecord:
    params = {key: value for key, value in call.params.items() if key not in SECRET}
    record = CallRecord(
        call.platform.clock.now(), call.method, "/" + "/".join(call.path), call.version, params
    )
    record.token_in, record.proof, record.batch = call.token_in, proof_form(call), in_batch
    with call.platform.lock:
        if call.access_token:
            with contextlib.suppress(GraphError):
                record.token_type = find_token(call.world, call.access_token).type
        call.world.calls.append(record)
    return record
