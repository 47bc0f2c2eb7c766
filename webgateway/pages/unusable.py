"""Pages that people chose on Facebook and that could not be connected: the register says why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from ..db import db
from ..gateways.models import Gateway
from .models import DONE, Login, Page


@dataclass(frozen=True)
class Unusable:
    """`person` logged in at `at` and chose it; `meta_id` is Meta's id of the page."""

    meta_id: str
    name: str
    reason: str
    person: str
    at: datetime | None


def unusable(gateway: Gateway) -> list[Unusable]:
    """What each person's newest login named, without what is connected since. In time it is forgotten."""
    found: dict[str, Unusable] = {}
    for login in _newest(gateway):
        for row in login.result["unusable"]:
            # Logins of older versions did not keep the id.
            if meta_id := row.get("id"):
                person = login.account.name if login.account else ""
                one = Unusable(meta_id, row["name"], row["reason"], person, login.finished_at)
                found.setdefault(meta_id, one)
    connected = _connected(gateway, found) if found else set()
    return [page for meta_id, page in found.items() if meta_id not in connected]


def _newest(gateway: Gateway) -> list[Login]:
    """Of each person, the last to log in first."""
    newest = (
        select(func.max(Login.id))
        .where(Login.gateway_id == gateway.id, Login.step.in_(DONE), Login.account_id.is_not(None))
        .group_by(Login.account_id)
    )
    logins = select(Login).options(joinedload(Login.account)).where(Login.id.in_(newest))
    return sorted(db.session.scalars(logins), key=lambda login: login.id, reverse=True)


def _connected(gateway: Gateway, ids: Iterable[str]) -> set[str]:
    query = Page.connected_to(gateway).where(Page.meta_id.in_(ids)).with_only_columns(Page.meta_id)
    return set(db.session.scalars(query))
