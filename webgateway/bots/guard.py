"""Who may call the API: a flow's bot, by its token in the header. Nobody is signed in there."""

import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import cast

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import HTTPException

from .. import logs
from ..db import looking
from ..flows.models import Flow
from ..problems import problem
from . import tokens

PER_BOT = "600 per minute"
PER_STRANGER = "60 per minute"
"""Attempts without a token that is known, from one address."""
BODY = 64 * 1024


class Stop(HTTPException):
    """The answer is the problem itself."""

    def __init__(self, response: Response) -> None:
        super().__init__(response=response)


def init_app(app: Flask) -> None:
    """After sign-in, whose limiter counts here, too."""
    limiter: Limiter = next(iter(app.extensions["limiter"]))
    app.extensions["bot_limits"] = {
        "bot": limiter.limit(PER_BOT, key_func=lambda: f"bot:{flow().id}")(_bots_turn),
        "stranger": limiter.limit(PER_STRANGER, key_func=lambda: f"stranger:{get_remote_address()}")(
            _strangers_turn
        ),
    }


def check() -> None:
    """Where something is written, looked up in a transaction of its own: nobody waits for us while the body
    comes. Raises Stop."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    given = token.strip() if scheme.lower() == "bearer" else ""
    with nullcontext() if request.method == "GET" else looking():
        found = tokens.flow_of(given) if given else None
    if found is None:
        _count("stranger")
        raise Stop(_unknown(given))
    g.bot_flow = found
    g.request_bound.enter_context(logs.bound(flow=found.id))
    request.max_content_length = BODY
    _count("bot")


def flow() -> Flow:
    """Whose token it is."""
    return cast(Flow, g.bot_flow)


def refuse(status: int, code: str, title: str, detail: str, **more: object) -> Stop:
    return Stop(problem(status, code, title, detail, **more))


def _bots_turn() -> None:
    """What is limited by PER_BOT."""


def _strangers_turn() -> None:
    """What is limited by PER_STRANGER."""


def _count(whose: str) -> None:
    limits: dict[str, Callable[[], None]] = current_app.extensions["bot_limits"]
    try:
        limits[whose]()
    except RateLimitExceeded as exceeded:
        response = problem(429, "too_many_requests", "Too many requests", "Wait as long as Retry-After says.")
        limiter: Limiter = next(iter(current_app.extensions["limiter"]))
        left = limiter.current_limit.reset_at - time.time() if limiter.current_limit else 60
        response.headers["Retry-After"] = str(max(1, round(left)))
        raise Stop(response) from exceeded


def _unknown(given: str) -> Response:
    detail = "Send the flow's token in the header Authorization: Bearer …"
    challenge = 'Bearer realm="webgateway"'
    if given:
        detail = "This token is not known. It may have been replaced or revoked."
        challenge += ', error="invalid_token"'
    response = problem(401, "unauthorized", "No valid token", detail)
    response.headers["WWW-Authenticate"] = challenge
    return response
