"""Gateways to which Meta shows no comments, because no login has allowed it: contract 12."""

from collections import defaultdict

from sqlalchemy import exists, select

from ..db import db
from ..gateways.models import Gateway
from ..meta.oauth import FOR_COMMENTS
from ..pages.models import Account, Page
from ..tenants.models import Tenant

MOST = 3
"""So many are told at once."""
MESSAGES = {"pages": "pages_messaging", "instagram": "instagram_manage_messages"}
"""The permission by which a login serves the purpose."""


def missing(tenant: Tenant) -> list[tuple[Gateway, str]]:
    """Each with the purpose of the login that would allow it: pages or instagram."""
    connected = exists().where(Page.gateway_id == Gateway.id, Page.removed_at.is_(None))
    found = db.session.execute(
        select(Gateway, Account.scopes)
        .join(Account, Account.gateway_id == Gateway.id)
        .where(Gateway.tenant_id == tenant.id, Gateway.deleted_at.is_(None), Account.dead_since.is_(None))
        .where(connected)
        .order_by(Gateway.name)
    )
    scopes: defaultdict[Gateway, set[str]] = defaultdict(set)
    for gateway, of_account in found:
        scopes[gateway] |= set(of_account)
    unseen = [
        (gateway, purpose)
        for gateway, given in scopes.items()
        for purpose, permission in FOR_COMMENTS.items()
        if MESSAGES[purpose] in given and permission not in given
    ]
    return unseen[:MOST]
