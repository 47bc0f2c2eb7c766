"""The conversations' lines of the health board: what was not sent in the last 24 hours and why, and which app
at Meta has open conversations."""

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
from . import ownership
from .models import Conversation, Part

NAME, OWNERS = "Sending", "Conversations at Meta"
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
    mine = Page.gateway_id == gateway.id, Page.removed_at.is_(None)
    rows = db.session.execute(_reasons(None).join(Page, Page.id == Part.page_id).where(*mine)).all()
    yield _line([tuple(row) for row in rows])
    owners = _owners(None).join(Page, Page.id == Conversation.page_id).where(*mine)
    yield _owned([tuple(row) for row in db.session.execute(owners)])


def of_pages(some: Sequence[Page]) -> dict[int, list[Line]]:
    """Two queries."""
    failed: dict[int, list[Any]] = {page.id: [] for page in some}
    for page_id, *row in db.session.execute(_reasons(Part.page_id).where(Part.page_id.in_(failed))):
        failed[page_id].append(tuple(row))
    owned: dict[int, list[Any]] = {page.id: [] for page in some}
    owners = _owners(Conversation.page_id).where(Conversation.page_id.in_(owned))
    for page_id, *row in db.session.execute(owners):
        owned[page_id].append(tuple(row))
    return {page_id: [_line(failed[page_id]), _owned(owned[page_id])] for page_id in failed}


def _lately() -> tuple[ColumnElement[bool], ...]:
    return Part.failed_at.is_not(None), Part.failed_at > utcnow() - WITHIN


def _reasons(by: Any) -> Select[Any]:
    """Code, subcode, our words, how often, first and last time; of each page when `by` is its column."""
    reason = [Part.error_code, Part.error_subcode, Part.error]
    keys = reason if by is None else [by, *reason]
    numbers = (func.count(), func.min(Part.failed_at), func.max(Part.failed_at))
    return select(*keys, *numbers).where(*_lately()).group_by(*keys)


def _owners(by: Any) -> Select[Any]:
    """Open conversations that another app has at Meta: its id and how many; of each page when `by` is its
    column. The condition is that of ix_conversations_owned."""
    keys = [Conversation.owner_app_id] if by is None else [by, Conversation.owner_app_id]
    others = Conversation.owner_app_id.is_not(None), Conversation.closed_at.is_(None)
    return select(*keys, func.count()).where(*others).group_by(*keys)


def _owned(rows: list[tuple[Any, ...]]) -> Line:
    """That another app has some is as it was set up, or as an agent passed them on: no trouble."""
    if not rows:
        return Line(OWNERS, "ok", "No other app has an open conversation at Meta.")
    number = sum(row[1] for row in rows)
    verb = "is" if number == 1 else "are"
    text = (
        f"{count(number, 'open conversation')} {verb} with another app at Meta; take one over to answer it."
    )
    action = Action("Conversations", url_for("conversations.index"))
    details = (
        f"{ownership.name(app_id)}: {some:,}" for app_id, some in sorted(rows, key=lambda row: -row[1])
    )
    return Line(
        OWNERS, "ok", text, "An agent, where one is to be answered here", action, details=tuple(details)
    )


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
