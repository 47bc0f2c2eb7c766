"""What every answer carries to keep the browser on our side: strict CSP, no sniffing, no framing."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, make_response, request
from flask.typing import ResponseReturnValue

from . import bodies
from .settings import Settings
from .users.rights import signed_in

# Where Meta keeps pictures. A picture elsewhere is shown as a link: its address may come from a customer.
META_PICTURES = (
    "https://*.fbcdn.net",
    "https://*.fbsbx.com",
    "https://*.cdninstagram.com",
    "https://*.facebook.com",
)


def picture_sources(settings: Settings) -> tuple[str, ...]:
    """The origins pictures may be shown from: Meta's, and the configured Graph and Facebook addresses."""
    return (*META_PICTURES, _origin(settings.graph_url), _origin(settings.facebook_url))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def keep_opener(answer: ResponseReturnValue) -> Response:
    """For the popup's pages after Facebook's: else the browser cuts its tie to the window behind."""
    response = make_response(answer)
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


def init_app(app: Flask, settings: Settings) -> None:
    policy = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "img-src 'self' data: " + " ".join(picture_sources(settings)),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
    app.config.update(
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        SESSION_COOKIE_HTTPONLY=True,
        # Lax, not Strict: the login comes back from Facebook by a top-level GET and needs its session.
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=8 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=10_000,
        WTF_CSRF_TIME_LIMIT=None,
    )

    @app.url_value_preprocessor
    def room_for_files(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
        """For who is signed in; before anybody reads the form."""
        if bodies.WITH_FILES.fullmatch(request.path) and signed_in().is_authenticated:
            request.max_content_length = bodies.FILES

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
        if settings.public_url.startswith("https://"):
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        return response
