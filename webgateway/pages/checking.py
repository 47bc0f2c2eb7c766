"""Asks Meta every day whether each login and each page's token still works: contract 2.5, 2.6."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from ..db import db, utcnow
from ..gateways.graph import graph_of
from ..gateways.models import Gateway
from ..meta import oauth
from ..meta.errors import GraphError, Unreachable
from ..meta.oauth import TokenInfo
from ..tasks import every
from . import verdicts
from .models import Account, Grant, Page
from .renewing import renew

PEOPLE, TOKENS = 10, 40
"""Asked about in a round, of one gateway: four rounds an hour stay within Meta's 200 calls (contract 7.6)."""
LONGEST = 300
"""Seconds of a round; whose turn does not come is due in the next."""


@every(minute="*/15")
def check() -> None:
    """What is due, some of each gateway."""
    started = time.monotonic()
    for gateway in _gateways():
        if not check_some(gateway) or time.monotonic() - started > LONGEST:
            return


def check_some(gateway: Gateway) -> bool:
    """Ask about logins, then about pages' tokens, those unasked longest first; False when Meta is away."""
    return _check_accounts(gateway) and _check_grants(gateway)


def soon(*records: Account | Grant) -> None:
    """In the next round. The caller commits."""
    for record in records:
        record.check_at = None


def _check_accounts(gateway: Gateway) -> bool:
    accounts = _found(_due_accounts(gateway.id), Account.check_at, PEOPLE)
    said = _ask(gateway, [(account.id, account.logged_in_at, account.token) for account in accounts])
    verdicts.of_accounts(said)
    renew(gateway, said)
    return _reached(said)


def _check_grants(gateway: Gateway) -> bool:
    grants = _found(_due_grants(gateway.id), Grant.check_at, TOKENS)
    said = _ask(gateway, [(grant.id, grant.granted_at, grant.token or "") for grant in grants])
    verdicts.of_grants(said)
    return _reached(said)


def _ask(gateway: Gateway, asked: Sequence[tuple[int, datetime, str]]) -> verdicts.Said:
    """No transaction is open while Meta is asked."""
    graph = graph_of(gateway)
    db.session.commit()
    answers: Sequence[TokenInfo | GraphError] = []
    try:
        answers = oauth.debug_tokens(graph, [token for _, _, token in asked])
    except GraphError as error:
        answers = [error] * len(asked)
    pairs = zip(asked, answers, strict=True)
    return {record_id: (given, answer) for (record_id, given, _), answer in pairs}


def _reached(said: verdicts.Said) -> bool:
    return not said or any(not isinstance(answer, Unreachable) for _, answer in said.values())


def _gateways() -> Sequence[Gateway]:
    """With something due, unless Meta asked for a pause."""
    now = utcnow()
    free = or_(Gateway.calls_paused_until.is_(None), Gateway.calls_paused_until <= now)
    due = or_(_due_accounts(Gateway.id).exists(), _due_grants(Gateway.id).exists())
    found = select(Gateway).where(Gateway.deleted_at.is_(None), free, due).order_by(Gateway.id)
    gateways = db.session.scalars(found).all()
    db.session.commit()
    return gateways


def _due_accounts(gateway_id: Any) -> Select[Account]:
    """Dead ones, too: a person may have done what Facebook asked for."""
    return select(Account).where(Account.gateway_id == gateway_id, _due(Account.check_at))


def _due_grants(gateway_id: Any) -> Select[Grant]:
    due = select(Grant).join(Grant.account).join(Grant.page)
    due = due.where(Account.gateway_id == gateway_id, Account.dead_since.is_(None))
    return due.where(Page.removed_at.is_(None), Grant.token.is_not(None), _due(Grant.check_at))


def _due(check_at: Any) -> ColumnElement[bool]:
    return or_(check_at.is_(None), check_at <= utcnow())


def _found(due: Select[Any], check_at: Any, most: int) -> Sequence[Any]:
    return db.session.scalars(due.order_by(check_at.nulls_first()).limit(most)).all()
