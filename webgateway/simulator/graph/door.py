"""The Graph face over HTTP."""

import json
from typing import Any

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.http import http_date
from werkzeug.wrappers import Response as AnyResponse

from webgateway.simulator.graph.answering import answer, headers
from webgateway.simulator.graph.call import Call
from webgateway.simulator.graph.errors import unknown_path
from webgateway.simulator.graph.faults import hang_up, wait_by_fault, wait_for_echo
from webgateway.simulator.platform import File, platform
from webgateway.simulator.versions import looks_like_version, served, usable

graph = Blueprint("graph", __name__)
HTML_502 = (
    "<!DOCTYPE html><html><head><title>Error</title></head>"
    "<body><h1>Sorry, something went wrong.</h1></body></html>"
)


@graph.route("/", methods=["GET", "POST"])
@graph.route("/<path:path>", methods=["GET", "POST", "DELETE"])
def serve(path: str = "") -> AnyResponse:
    here = platform()
    parts = tuple(part for part in path.split("/") if part)
    if parts and parts[0] in ("_sim", "favicon.ico"):
        abort(404)
    version, rest = _version(parts)
    if here.fault("version_unknown", request.method, path):
        version = ""
    elif here.fault("version_expired", request.method, path):
        version = usable(here.clock.today())[-1]
    call = _call(version or usable(here.clock.today())[-1], rest)
    try:
        return _spoiled(call) or _answered(call, known_version=bool(version))
    finally:
        here.changed()


def _version(parts: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The version that serves, and the path without it; "" when the first part is a version nobody knows."""
    if not parts or not looks_like_version(parts[0]):
        return _default_version(), parts
    found = served(parts[0], platform().clock.today())
    return (found, parts[1:]) if found else ("", parts[1:])


def _default_version() -> str:
    here = platform()
    app = here.world.apps.get(request.values.get("client_id", ""))
    token = here.world.tokens.get(_token({})[0])
    app = app or here.world.apps.get(token.app if token else "")
    return app.default_version if app else usable(here.clock.today())[-1]


def _call(version: str, rest: tuple[str, ...]) -> Call:
    body: Any = request.get_json(silent=True) if request.is_json else None
    params: dict[str, Any] = request.values.to_dict() | (body if isinstance(body, dict) else {})
    token, where = _token(params)
    params.pop("access_token", None)
    files = {
        field: File(file.filename or "", file.mimetype, file.read()) for field, file in request.files.items()
    }
    method = str(params.pop("method", request.method)).upper() if request.method == "POST" else request.method
    return Call(platform(), method, version, rest, params, request.host_url.rstrip("/"), token, where, files)


def _token(body: dict[str, Any]) -> tuple[str, str]:
    header = request.headers.get("Authorization", "")
    if request.args.get("access_token"):
        return request.args["access_token"], "query"
    if body.get("access_token") or request.form.get("access_token"):
        return str(body.get("access_token") or request.form["access_token"]), "body"
    if header.startswith(("Bearer ", "OAuth ")):
        return header.partition(" ")[2].strip(), "header"
    return "", ""


def _spoiled(call: Call) -> Response | None:
    wait_by_fault(call)
    if call.platform.fault("html_502", call.method, "/".join(call.path)):
        return Response(HTML_502, 502, content_type="text/html; charset=utf-8")
    if call.platform.fault("truncated_json", call.method, "/".join(call.path)):
        return Response('{"data":[{"id":"1', 200, content_type="application/json")
    if call.platform.fault("reset", call.method, "/".join(call.path)):
        return hang_up()
    return None


def _answered(call: Call, *, known_version: bool) -> AnyResponse:
    if not known_version:
        problem = unknown_path("/" + "/".join(call.path))
        return _response(call, 400, problem.body())
    status, body = answer(call)
    wait_for_echo(call)
    if "data" in body and call.edge == "picture" and call.text("redirect") not in ("0", "false"):
        return redirect(body["data"]["url"], 302)
    return _response(call, status, body)


def _response(call: Call, status: int, body: Any) -> Response:
    response = Response(json.dumps(body, separators=(",", ":")), status)
    response.headers.update(headers(call, body))
    response.headers["Date"] = http_date(call.platform.meta_time())
    path = "/".join(call.path)
    if request.accept_mimetypes.best == "application/json":
        response.content_type = "application/json; charset=UTF-8"
    if call.platform.fault("wrong_content_type", call.method, path):
        response.content_type = "text/html; charset=utf-8"
    if status >= 400:
        words = body["error"]["message"].encode("ascii", "replace").decode().replace('"', "'")
        response.headers["WWW-Authenticate"] = f'OAuth "Facebook Platform" "invalid_request" "{words}"'
    return response
