"""One line and one measure for every HTTP request, told by its endpoint: addresses hold ids and secrets."""

import logging
import re
import secrets
import time
from contextlib import ExitStack

from flask import Flask, Response, g, request

from . import logs, metrics

log = logging.getLogger(__name__)

READS = ("GET", "HEAD", "OPTIONS")
_FIT = re.compile(r"[\w.-]{8,64}")


def init_app(app: Flask, behind_proxy: bool) -> None:
    """`behind_proxy`: whose word for the request's id is taken."""
    logs.init()

    def begin() -> None:
        given = request.headers.get("X-Request-ID", "") if behind_proxy else ""
        g.request_bound = ExitStack()
        g.request_bound.enter_context(
            logs.bound(request=given if _FIT.fullmatch(given) else secrets.token_hex(8))
        )
        g.request_began = time.monotonic()

    app.before_request(begin)
    app.after_request(tell)
    app.teardown_request(end)
    app.log_exception = tell_exception  # type: ignore[method-assign, assignment]


def tell(response: Response) -> Response:
    seconds = time.monotonic() - g.get("request_began", time.monotonic())
    endpoint, status = request.endpoint or "none", response.status_code
    metrics.requests.labels(endpoint, f"{status // 100}xx").observe(seconds)
    level = logging.DEBUG if request.method in READS and status < 400 else logging.INFO
    facts = {"method": request.method, "endpoint": endpoint, "status": status, "ms": round(seconds * 1000, 1)}
    log.log(level, "request", extra=facts)
    return response


def tell_exception(exc_info) -> None:  # type: ignore[no-untyped-def]
    """Flask's own line names the path."""
    log.error("a request failed", exc_info=exc_info, extra={"endpoint": request.endpoint})


def end(_error: BaseException | None) -> None:
    if "request_bound" in g:
        g.pop("request_bound").close()
