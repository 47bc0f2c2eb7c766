"""The health board's line of recoveries: what the last one found missing, and whether it is complete."""

from collections.abc import Iterable

from flask import url_for
from sqlalchemy import select

from ..db import db
from ..gateways import health
from ..gateways.health import Action, Line
from ..gateways.models import Gateway
from ..views import count
from . import progress
from .models import Recovery
from .progress import Progress
from .recovery import REASONS

NAME = "Recovery"


def listen() -> None:
    health.contribute(of_gateway)


def of_gateway(gateway: Gateway) -> Iterable[Line]:
    newest = select(Recovery).where(Recovery.gateway_id == gateway.id).order_by(Recovery.id.desc()).limit(1)
    recovery = db.session.scalar(newest)
    if recovery is None:
        begin = Action("Recover messages", url_for("recoveries.index", gateway_id=gateway.id))
        yield Line(NAME, "ok", "None was needed: no outage is known.", action=begin)
    else:
        yield _line(recovery, progress.of([recovery]).get(recovery.id, Progress()))


def _line(recovery: Recovery, found: Progress) -> Line:
    show = Action(
        "Show it", url_for("recoveries.show", gateway_id=recovery.gateway_id, recovery_id=recovery.id)
    )
    why, brought = REASONS[recovery.reason], count(found.brought, "message")
    if found.under_way:
        text = f"{why}. Conversations are compared with Meta's; {brought} recovered so far."
        return Line(NAME, "unknown", text, "Nobody", show, recovery.created_at, word="Under way")
    if found.failed:
        text = f"{why}. {brought} recovered, but not everything could be compared; the reasons are there."
        return Line(NAME, "warn", text, "Whoever each reason names", show, recovery.created_at)
    return Line(NAME, "ok", f"{why}. {brought} recovered.", None, show, checked=found.finished_at)
