"""Alive, ready and measured: for load balancers and Prometheus."""

import hmac

from flask import Blueprint, Flask, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue

from . import counting, gauges, metrics, readiness
from .settings import current_settings

blueprint = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    readiness.init_app(app)
    gauges.init_app(app)
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
def alive() -> ResponseReturnValue:
    return jsonify(status="alive")


@blueprint.get("/readyz")
def ready() -> ResponseReturnValue:
    checks = readiness.checks()
    problems = [readiness.PROBLEMS[name] for name, good in checks.items() if not good]
    status = "not ready" if problems else "ready"
    return jsonify(status=status, **checks, problems=problems), 503 if problems else 200


@blueprint.get("/metrics")
def measured() -> ResponseReturnValue:
    _only_for_us()
    metrics.show_zeros()
    text = counting.exposition(gauges.found())
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _only_for_us() -> None:
    token = current_settings().metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if request.remote_addr not in ("127.0.0.1", "::1") or forwarded:
        abort(403)
