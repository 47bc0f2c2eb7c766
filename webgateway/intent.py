"""Whether whoever asks the database means to write."""

from flask import g, has_app_context, has_request_context, request


def only_reads() -> bool:
    """Requests that are safe only read, and so does what db.looking() says; outside of them we may write."""
    if not has_app_context():
        return False
    safe = has_request_context() and request.method in ("GET", "HEAD", "OPTIONS")
    said: bool | None = g.get("reading")
    return safe if said is None else said
