import base64
import binascii
from typing import Any, TypeVar
from urllib.parse import urlencode

from webgateway.simulator import assumptions
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import GraphError

Row = TypeVar("Row")


def cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"p{position}".encode()).decode().rstrip("=")


def position_of(value: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode()[1:])
    except (ValueError, binascii.Error) as problem:
        raise GraphError(100, "(#100) Invalid cursors values") from problem


def one_page(call: Call, rows: list[Row]) -> tuple[list[Row], dict[str, Any]]:
    """The slice asked for with `limit`, `after`, `before`, and the `paging` beside it (contract 3.1)."""
    limit = _limit(call)
    start = position_of(call.text("after")) + 1 if call.text("after") else 0
    if call.text("before"):
        start = max(0, position_of(call.text("before")) - limit)
    chosen = rows[start : start + limit]
    looping = call.platform.fault("paging_loop", call.method, "/".join(call.path))
    if call.platform.fault("paging_empty_with_next", call.method, "/".join(call.path)):
        return [], {"next": _link(call, limit, start - 1)}
    if not chosen:
        return [], {}
    end = start + len(chosen) - 1
    paging: dict[str, Any] = {"cursors": {"before": cursor(start), "after": cursor(end)}}
    if looping or end + 1 < len(rows):
        paging["next"] = _link(call, limit, start - 1 if looping else end)
    if start:
        paging["previous"] = _link(call, limit, start, "before")
    return chosen, paging


def _limit(call: Call) -> int:
    try:
        return max(1, min(int(call.text("limit") or assumptions.DEFAULT_LIMIT), assumptions.MAXIMUM_LIMIT))
    except ValueError as problem:
        raise GraphError(100, "(#100) Param limit must be an integer") from problem


def _link(call: Call, limit: int, position: int, direction: str = "after") -> str:
    kept = {key: call.text(key) for key in ("fields", "platform", "user_id") if call.text(key)}
    return pages_link(call, (call.node, *call.path[1:]), limit, position, direction, **kept)


def pages_link(
    call: Call, path: tuple[str, ...], limit: int, position: int, direction: str = "after", **kept: str
) -> str:
    """Carries the access token and its proof, as Meta's does."""
    proof = {key: call.text(key) for key in ("appsecret_proof", "appsecret_time") if call.text(key)}
    query = {"access_token": call.access_token, **kept, **proof, "limit": limit, direction: cursor(position)}
    return f"{call.base}/{call.version}/{'/'.join(path)}?{urlencode(query)}"


def edge(call: Call, rows: list[dict[str, Any]], paging: dict[str, Any], total: int) -> dict[str, Any]:
    answer: dict[str, Any] = {"data": rows}
    if paging:
        answer["paging"] = paging
    if "total_count" in call.text("summary") or call.text("summary") == "true":
        answer["summary"] = {"total_count": total}
    return answer
