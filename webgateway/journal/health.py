"""The journal's line of the health board: when the last event came, against what is usual."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from flask import url_for

from ..db import utcnow
from ..gateways import health as gateways
from ..gateways.health import Action, Line, State
from ..gateways.models import Gateway
from ..pages import health as pages
from ..pages.models import Page
from ..users import zone
from . import rhythm, silences
from .rhythm import Rhythm

NAME = "Last event"
RECENT = timedelta(days=1)
WHO = "An administrator here: check webhook and subscription, then whether the Meta app is live"


def listen() -> None:
    gateways.contribute(of_gateway)
    pages.contribute(of_pages, silences.silent)


def of_gateway(gateway: Gateway) -> Iterable[Line]:
    now = utcnow()
    check = url_for("board.check", gateway_id=gateway.id)
    yield _line(rhythm.of_gateway(gateway.id, now), now, check)


def of_pages(some: Sequence[Page]) -> dict[int, list[Line]]:
    now = utcnow()
    found = rhythm.of_pages([page.id for page in some], now)
    return {page.id: [_line(found.get(page.id), now, _check(page))] for page in some}


def _check(page: Page) -> str:
    return url_for("board.check_page", gateway_id=page.gateway_id, page_id=page.id)


def _line(found: Rhythm | None, now: datetime, check: str) -> Line:
    if found is None:
        return Line(NAME, "unknown", "Nothing has arrived in the last five weeks.")
    silence = now - found.last_at
    if found.silent(now):
        state: State = "bad" if (found.missed or 0) >= rhythm.MANY_MISSED else "warn"
        text = f"No event for {_span(silence)}; {_usual(found, now)}"
        return Line(NAME, state, text, WHO, Action("Check now", check, writes=True), since=found.last_at)
    state = "ok" if silence < RECENT or found.missed is not None else "unknown"
    came = f"The last event came {_span(silence)} ago"
    more = "what is usual is known after two weeks." if found.missed is None else _usual(found, now)
    return Line(NAME, state, f"{came}; {more}")


def _usual(found: Rhythm, now: datetime) -> str:
    day = f"on {now.astimezone(zone.viewers()):%A}s at this time"
    if found.pause is None:
        return f"few or none usually come {day}."
    return f"usually one comes every {_span(found.pause)} {day}."


def _span(time: timedelta) -> str:
    """`40 s`, `5 min`, `3 h`, `2 days`."""
    seconds = max(int(time.total_seconds()), 1)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h" if seconds < 48 * 3600 else f"{seconds // 86400} days"
