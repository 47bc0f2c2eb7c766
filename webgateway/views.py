"""What templates can use: rights, pictures that may be shown, links in texts, words for times; and ids in
addresses."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Flask
from jinja2.utils import urlize
from markupsafe import Markup, escape
from werkzeug.routing import IntegerConverter, Map

from .db import utcnow
from .security import picture_sources
from .settings import current_settings
from .users.models import ACTIONS, SECTIONS

MAYBE_LINKED = re.compile(r"@|://|\.\w")
"""No link does without one of these."""


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = Id
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(now=utcnow, sections=SECTIONS, actions=ACTIONS, showable=showable)
    app.jinja_env.filters.update(utc=utc, count=count, age=age, linked=linked)


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


def linked(text: str) -> Markup:
    """A customer's words with their links to be followed. To take a text apart costs more than all else about
    a message, and few have any."""
    if not MAYBE_LINKED.search(text):
        return escape(text)
    return Markup(urlize(text, rel="noopener noreferrer nofollow", target="_blank"))  # noqa: S704 - it escapes


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
