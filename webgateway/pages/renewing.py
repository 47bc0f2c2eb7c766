"""Logins that end soon are exchanged for longer ones, as far as Facebook gives one: contract 2.4.

The end of data access (90 days after the person last saw the dialog) only the person can put off.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Select, select

from ..db import db, utcnow
from ..gateways.graph import graph_of
from ..gateways.models import Gateway
from ..meta import oauth
from ..meta.errors import GraphError
from ..meta.oauth import UserToken
from .models import WARNING, Account


def renew(gateway: Gateway, account_ids: Collection[int]) -> None:
    """Those among them that end within WARNING. Commits: no transaction is open while Meta is asked."""
    now = utcnow()
    ending = select(Account).where(Account.id.in_(account_ids), Account.dead_since.is_(None))
    ending = ending.where(Account.expires_at > now, Account.expires_at < now + WARNING)
    asked = {account.id: (account.logged_in_at, account.token) for account in db.session.scalars(ending)}
    graph = graph_of(gateway)
    db.session.commit()
    fresh = {}
    for account_id, (given, token) in asked.items():
        try:
            fresh[account_id] = given, oauth.long_lived(graph, token)
        except GraphError:
            continue  # the person is told to log in: Account.ending
    if fresh:
        _keep(fresh)


def _keep(fresh: Mapping[int, tuple[datetime, UserToken]]) -> None:
    """Unless a new login has brought another one meanwhile."""
    for account in db.session.scalars(_held(fresh)):
        given, token = fresh[account.id]
        if account.logged_in_at == given and _longer(account, token):
            account.token, account.expires_at = token.value, token.expires_at
    db.session.commit()


def _held(account_ids: Collection[int]) -> Select[Account]:
    held = select(Account).where(Account.id.in_(account_ids)).order_by(Account.id)
    return held.with_for_update(key_share=True).execution_options(populate_existing=True)


def _longer(account: Account, token: UserToken) -> bool:
    return token.expires_at is not None and token.expires_at > (account.expires_at or utcnow())
