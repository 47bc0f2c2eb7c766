"""The conversations' line of the health board: what was not sent in the last 24 hours, and why."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, exists, func, select

from ..db import db, utcnow
from ..gateways import health as gateways
from ..gateways.health import Action, Line
from ..gateways.models import Gateway
from ..meta import errors
from ..pages import health as pages
from ..pages.models import Page
from ..views import count
from .models import Part

NAME = "Sending"
WITHIN = timedelta(hours=24)
REASONS = 10
"""Named on a board, the most frequent first."""


def listen() -> None:
    gateways.contribute(of_gateway)
    pages.contribute(of_pages, failing)


def failing() -> ColumnElement[bool]:
    """The condition of the pages through which something was not sent lately."""
    return exists().where(Part.page_id == Page.id, *_lately())


def of_gateway(gateway: Gateway) -> Iterable[Line]:
    query = _reasons(None).join(Page, Page.id == Part.page_id)
    rows = db.session.execute(query.where(Page.gateway_id == gateway.id, Page.removed_at.is_(None))).all()
    yield _line([tuple(row) for row in rows])


def of_pages(some: Sequence[Page]) -> dict[int, list[Line]]:
    found: dict[int, list[Any]] = {page.id: [] for page in some}
    for page_id, *row in db.session.execute(_reasons(Part.page_id).where(Part.page_id.in_(found))):
        found[page_id].append(tuple(row))
    return {page_id: [_line(rows)] for page_id, rows in found.items()}


def _lately() -> tuple[ColumnElement[bool], ...]:
    return Part.failed_at.is_not(None), Part.failed_at > utcnow() - WITHIN


def _reasons(by: Any) -> Select[Any]:
    """Code, subcode, our words, how often, first and last time; of each page when `by` is its column."""
    reason = [Part.error_code, Part.error_subcode, Part.error]
    keys = reason if by is None else [by, *reason]
    numbers = (func.count(), func.min(Part.failed_at), func.max(Part.failed_at))
    return select(*keys, *numbers).where(*_lately()).group_by(*keys)


def _line(rows: list[tuple[Any, ...]]) -> Line:
    if not rows:
        return Line(NAME, "ok", "Nothing was refused in the last 24 hours.")
    rows = sorted(rows, key=lambda row: -row[3])
    code, subcode = rows[0][:2]
    number = sum(row[3] for row in rows)
    meant = errors.explain(code, subcode)
    text = f"{count(number, 'message')} not sent in the last 24 hours. {_why(rows[0])}"
    who = meant.responsible if meant else None
    action = Action("What it means", url_for("catalogue.index", q=_code(code, subcode))) if meant else None
    state: gateways.State = "bad" if meant and meant.kind in ("blocked", "reauth", "permission") else "warn"
    details = tuple(f"{_times(row[3])}: {_why(row)}" for row in rows[:REASONS])
    return Line(NAME, state, text, who, action, min(row[4] for row in rows), details=details)


def _why(row: tuple[Any, ...]) -> str:
    code, subcode, words, *_ = row
    meant = errors.explain(code, subcode)
    known = words or (meant.meaning if meant else "The reason is not known.")
    return f"{known} (Meta's code {_code(code, subcode)})" if code is not None else known


def _code(code: int, subcode: int | None) -> str:
    return f"{code}/{subcode}" if subcode else str(code)


def _times(number: int) -> str:
    return "Once" if number == 1 else f"{number:,} times"
