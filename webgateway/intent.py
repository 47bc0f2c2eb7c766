"""Whether whoever asks the database means to write, and whether they go before others."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from flask import g, has_app_context, has_request_context, request

_first: ContextVar[bool] = ContextVar("first", default=False)


def only_reads() -> bool:
    """Requests that are safe only read, and so does what db.looking() says; outside of them we may write."""
    if not has_app_context():
        return False
    safe = has_request_context() and request.method in ("GET", "HEAD", "OPTIONS")
    said: bool | None = g.get("reading")
    return safe if said is None else said


@contextmanager
def first(yes: bool = True) -> Iterator[None]:
    """What is written here goes before what others write, where only one can write at a time (sqlite.py)."""
    before = _first.set(yes)
    try:
        yield
    finally:
        _first.reset(before)


def goes_first() -> bool:
    return _first.get()
