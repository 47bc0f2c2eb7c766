"""Tokens and how they die: JSON for tests."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify

from webgateway.simulator.deaths import Death, befall, recover
from webgateway.simulator.demo.control import wanted
from webgateway.simulator.graph.tokens import problem_of
from webgateway.simulator.platform import platform
from webgateway.simulator.state.grants import Token
from webgateway.simulator.state.users import User

tokens = Blueprint("tokens", __name__)


@tokens.post("/token-deaths")
def die() -> Response:
    """`{"user": "olena", "how": "password_changed", "app", "page", "permission"}`: see deaths.WORDS."""
    asked = wanted()
    names = {name: str(asked.get(name, "")) for name in ("how", "app", "page", "permission")}
    try:
        befall(platform(), _user(asked), Death(**names))
    except KeyError:
        abort(400)
    return jsonify(success=True)


@tokens.delete("/token-deaths")
def live_again() -> Response:
    """`{"user": "olena"}`: the checkpoint is passed, roles are back."""
    recover(platform(), _user(wanted()))
    return jsonify(success=True)


@tokens.get("/tokens.json")
def listed() -> Response:
    """Every token of a person: whose, for which page, and the subcode it fails with (0 = it works)."""
    return jsonify([_row(token) for token in platform().world.tokens.values() if token.type != "APP"])


def _row(token: Token) -> dict[str, Any]:
    fails = problem_of(platform().world, platform().clock, token)
    return {
        "type": token.type,
        "app": token.app,
        "user": token.user,
        "page": token.page,
        "expires": token.expires,
        "subcode": fails,
        "end": token.value[-6:],
    }


def _user(asked: dict[str, Any]) -> User:
    found = platform().world.users.get(str(asked.get("user")))
    if found is None:
        abort(404)
    return found
