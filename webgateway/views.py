"""What templates can use: rights, pictures that may be shown, words for times; and ids in addresses."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

from .db import utcnow
from .security import picture_sources
from .settings import current_settings
from .users.models import ACTIONS, SECTIONS


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = Id
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(now=utcnow, sections=SECTIONS, actions=ACTIONS, showable=showable)
    app.jinja_env.filters.update(utc=utc, count=count, age=age)


class Id(IntegerConverter):
    """An id in an address; one that no database could hold answers 404 instead of failing there."""

    def __init__(self, map: Map, max: int = 2**63 - 1) -> None:
        super().__init__(map, max=max)


def showable(url: str | None) -> bool:
    """Whether a picture's address is one of Meta's; any other may come from a customer and stays a link."""
    if not url:
        return False
    parts = urlsplit(url)
    for source in picture_sources(current_settings()):
        allowed = urlsplit(source)
        host, wanted = parts.netloc.lower(), allowed.netloc
        if parts.scheme == allowed.scheme and (
            host == wanted or (wanted.startswith("*.") and host.endswith(wanted[1:]))
        ):
            return True
    return False


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def age(since: datetime) -> str:
    """How long ago, as static/js/time.js says it."""
    minutes = max(int((utcnow() - since).total_seconds() // 60), 0)
    if minutes < 1:
        return "under 1 min"
    hours = minutes // 60
    if hours < 1:
        return f"{minutes} min"
    return f"{hours} h {minutes % 60} min" if hours < 48 else f"{hours // 24} d"


def count(number: int, one: str, many: str | None = None) -> str:
    """`3 pages`, `1 page`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
