"""Why a conversation is closed: where the tenant names reasons one is asked for, on every surface."""

from functools import cache
from typing import NamedTuple

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, bindparam, exists, select

from .. import htmx
from ..db import db
from ..fields import whole
from ..users.rights import current_tenant
from . import surfaces
from .models import Conversation
from .reasons import ClosingReason


class Given(NamedTuple):
    """`problem`: in words, one must be chosen first."""

    reason: ClosingReason | None
    problem: str


def given() -> Given:
    """With the request; nobody deletes it until it is written down."""
    reasons = _reasons(to_hold=True)
    wanted = request.form.get("reason_id", type=whole)
    reason = next((one for one in reasons if one.id == wanted), None)
    return Given(reason, "Choose why it ends." if reasons and reason is None else "")


def ask(conversation: Conversation, problem: str = "") -> ResponseReturnValue:
    """For a reason: in a dialog, or on a page where there are no scripts."""
    place = surfaces.here().place
    asked = {"conversation": conversation, "reasons": _reasons(), "problem": problem, "place": place}
    if problem and htmx.wants_fragment():
        return htmx.dialog("conversations/_closure.html", 422, **asked)
    status = 422 if problem else 200
    return htmx.render("conversations/closure.html", "conversations/_closure.html", status, **asked)


def asks() -> bool:
    return bool(db.session.scalar(_any(), {"tenant": current_tenant.id}))


@cache
def _any() -> Select[bool]:
    return select(exists(_offered()))


def _offered() -> Select[ClosingReason]:
    mine = ClosingReason.tenant_id == bindparam("tenant")
    return select(ClosingReason).where(mine, ClosingReason.offered)


@cache
def _by_name(to_hold: bool) -> Select[ClosingReason]:
    offered = _offered().order_by(ClosingReason.name)
    return offered.with_for_update(read=True, key_share=True) if to_hold else offered


def _reasons(to_hold: bool = False) -> list[ClosingReason]:
    return list(db.session.scalars(_by_name(to_hold), {"tenant": current_tenant.id}))
