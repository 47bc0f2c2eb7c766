"""Signing in: Flask-Security with Argon2 and session protection, and a limit on failed attempts."""

from contextlib import nullcontext
from datetime import timedelta
from functools import cache
from typing import Any, cast

from flask import Flask, Response, abort, request, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_security import Security, SQLAlchemyUserDatastore
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from .. import htmx
from ..db import db, looking, only_reads
from ..settings import Settings
from .forms import LoginForm
from .models import Role, User


class People(SQLAlchemyUserDatastore):  # type: ignore[misc]
    def find_user(self, case_insensitive: bool = False, **by: Any) -> User | None:
        """Nobody who writes is held up by that, nor while a password is compared."""
        with nullcontext() if only_reads() or db.session().in_transaction() else looking():
            if set(by) == {"fs_uniquifier"}:
                return db.session.scalars(_asking(), by).unique().one_or_none()
            return cast(User | None, super().find_user(case_insensitive, **by))


@cache
def _asking() -> Any:
    """Whoever asks is looked up in every request: with roles and tenant, by a query made once."""
    asked = select(User).where(User.fs_uniquifier == bindparam("fs_uniquifier"))
    return asked.options(joinedload(User.roles), joinedload(User.tenant, innerjoin=True))


users = People(db, User, Role)
security = Security()


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_SALT=None,
        SECURITY_PASSWORD_LENGTH_MIN=8,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_STATIC_FOLDER=None,
        SECURITY_FRESHNESS=timedelta(seconds=-1),
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_POST_LOGOUT_VIEW="/login",
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_USE_VERIFY_PASSWORD_CACHE=False,
        SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS=False,
        SECURITY_LOGIN_USER_TEMPLATE="users/login.html",
        SECURITY_FLASH_MESSAGES=False,
        SESSION_PROTECTION="strong",
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SECURE=settings.public_url.startswith("https://"),
        RATELIMIT_HEADERS_ENABLED=False,
        **_where_failures_are_counted(settings.queue_url),
    )
    security.init_app(app, users, login_form=LoginForm)
    security.unauthn_handler(_ask_to_sign_in)
    # Flask-Security would look for a token of its own in the body of every request, Meta's deliveries too.
    security.login_manager.request_loader(lambda _request: None)
    # And would hand one out to whoever accepts JSON.
    security.want_json(lambda _request: False)
    limiter = Limiter(get_remote_address, app=app)
    limit = limiter.limit("20 per minute; 100 per hour", methods=["POST"], deduct_when=_failed)
    per_email = limiter.limit("10 per 15 minutes", key_func=_email, methods=["POST"], deduct_when=_failed)
    login = app.view_functions["security.login"]
    app.view_functions["security.login"] = per_email(limit(login))  # type: ignore[assignment]
    app.before_request(_forms_only)
    app.after_request(_refused_is_422)


def _where_failures_are_counted(queue_url: str) -> dict[str, Any]:
    """In Redis for all processes together, where there is one; in each process while it is away."""
    if not queue_url.startswith("redis"):
        return {"RATELIMIT_STORAGE_URI": "memory://"}
    from .. import queue_redis

    return {
        "RATELIMIT_STORAGE_URI": queue_url,
        "RATELIMIT_STORAGE_OPTIONS": queue_redis.OPTIONS,
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_SWALLOW_ERRORS": True,
    }


def _ask_to_sign_in(mechanisms: object = None, headers: object = None) -> Response:
    """To the sign-in page, and back afterwards to the page they were on, never to an address that writes."""
    page = htmx.page_shown() or (request.full_path.rstrip("?") if request.method == "GET" else None)
    return htmx.go_to(url_for("security.login", next=page), 302)


def _forms_only() -> None:
    """Flask-Security would take JSON too, past the limit per e-mail address."""
    if request.blueprint == "security" and request.is_json:
        abort(415)


def _email() -> str:
    return "email:" + request.form.get("email", "").strip().lower()


def _failed(response: Response) -> bool:
    return response.status_code != 302


def _refused_is_422(response: Response) -> Response:
    if request.endpoint == "security.login" and request.method == "POST" and response.status_code == 200:
        response.status_code = 422
    return response
