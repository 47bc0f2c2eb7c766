"""POST / with `batch`: at most 50 calls in one (contract 11)."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError
from webgateway.simulator.graph.tokens import token_of
from webgateway.simulator.versions import looks_like_version


def parts_of(call: Call) -> list[Call]:
    """The calls of a batch; each takes the batch's own token and proof unless it brings its token."""
    items = call.data("batch")
    if not isinstance(items, list) or not items:
        raise GraphError(100, "(#100) The parameter batch must be an array.")
    if len(items) > assumptions.BATCH_LIMIT:
        raise GraphError(100, assumptions.BATCH_TOO_LARGE_MESSAGE)
    if call.access_token:
        token_of(call)
    return [_part(call, item) for item in items]


def _part(call: Call, item: dict[str, Any]) -> Call:
    url = urlsplit(str(item.get("relative_url", "")))
    path = tuple(part for part in url.path.split("/") if part)
    if path and looks_like_version(path[0]):
        path = path[1:]
    params: dict[str, Any] = dict(parse_qsl(url.query, keep_blank_values=True))
    params |= dict(parse_qsl(str(item.get("body", "")), keep_blank_values=True))
    own = params.pop("access_token", "")
    if not own:
        params |= {
            key: call.params[key] for key in ("appsecret_proof", "appsecret_time") if key in call.params
        }
    method = str(item.get("method", "GET")).upper()
    return Call(
        call.platform,
        method,
        call.version,
        path,
        params,
        call.base,
        own or call.access_token,
        "batch" if own else call.token_in,
    )


def result(status: int, headers: dict[str, str], body: Any, *, include_headers: bool) -> dict[str, Any]:
    """`body` travels as a string."""
    answer: dict[str, Any] = {"code": status}
    if include_headers:
        answer["headers"] = [{"name": name, "value": value} for name, value in headers.items()]
    return answer | {"body": json.dumps(body, separators=(",", ":"))}
