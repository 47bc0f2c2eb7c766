"""Guards for routes: who is signed in, and whether their role lets them do this."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import abort
from flask_login import current_user
from flask_security import auth_required
from werkzeug.local import LocalProxy

from ..tenants.models import Tenant
from .models import ACTIONS, SECTIONS, User

P = ParamSpec("P")
R = TypeVar("R")


def signed_in() -> User:
    """Whoever asks; only where a guard has made sure that somebody is signed in."""
    return cast(User, current_user)


current_tenant = cast(Tenant, LocalProxy(lambda: signed_in().tenant))


def needs(section: str, action: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Guard a route: sign-in first (else the sign-in page), then the right (else 403)."""
    if section not in SECTIONS or action not in ACTIONS:
        raise ValueError(f"no such right: {section}:{action}")

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not signed_in().may(section, action):
                abort(403)
            return view(*args, **kwargs)

        entered = cast(Callable[P, R], auth_required("session")(guarded))
        entered.right = (section, action)  # type: ignore[attr-defined]
        return entered

    return guard
