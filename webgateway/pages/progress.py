"""How far a login has come while the worker asks Meta; the page asks again and again."""

from datetime import timedelta

from flask import request
from flask.typing import ResponseReturnValue

from .. import htmx
from ..db import utcnow
from ..gateways.models import Gateway
from ..heartbeat import worker_seen_lately
from ..security import keep_opener
from .models import Login

PATIENCE = timedelta(seconds=5)
"""A worker that is there takes a login long before."""


def show(gateway: Gateway, login: Login) -> ResponseReturnValue:
    """204 while it is where the browser has seen it."""
    seen = f"{login.step}-{login.found}-{'stalled' if (stalled := _stalled(login)) else 'going'}"
    if htmx.wants_fragment() and request.args.get("seen") == seen:
        return "", 204
    return keep_opener(
        htmx.render(
            "pages/progress.html",
            "pages/_progress.html",
            gateway=gateway,
            login=login,
            stalled=stalled,
            seen=seen,
        )
    )


def _stalled(login: Login) -> bool:
    """No worker is there to go on with it."""
    came_back = login.came_back_at or login.started_at
    return utcnow() - came_back > PATIENCE and not worker_seen_lately()
