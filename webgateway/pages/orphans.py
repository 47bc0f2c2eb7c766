"""What becomes of the pages of a deleted chat gateway, and of the logins that brought them."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update

from ..db import db
from ..gateways import removal
from ..gateways.graph import graph_of
from ..gateways.models import Gateway
from ..meta.batch import SIZE
from ..meta.errors import GraphError
from ..meta.graph import BatchItem
from ..views import count
from .models import Account, Page
from .tokens import live_grants

log = logging.getLogger(__name__)

LONGEST = 60
"""Seconds we spend on taking back subscriptions at Meta."""


def listen() -> None:
    removal.consequences.connect(consequences)
    removal.deleting.connect(remove)
    removal.clearing.connect(clear)


def consequences(ids: Sequence[int]) -> list[str]:
    pages = select(func.count()).select_from(Page).where(Page.gateway_id.in_(ids), Page.removed_at.is_(None))
    number = db.session.scalar(pages) or 0
    verb = "stops" if number == 1 else "stop"
    return [f"{count(number, 'page')} {verb} receiving messages."] if number else ["No page is connected."]


def remove(ids: Sequence[int], at: datetime) -> None:
    db.session.execute(
        update(Page)
        .where(Page.gateway_id.in_(ids), Page.removed_at.is_(None))
        .values(removed_at=at, subscribed=False, subscribed_fields=[])
    )


def clear(gateway: Gateway) -> None:
    """Unsubscribe its pages at Meta as far as Meta lets us, then forget every token."""
    calls = _unsubscriptions(gateway)
    graph, started = graph_of(gateway), time.monotonic()
    db.session.commit()
    try:
        for first in range(0, len(calls), SIZE):
            if time.monotonic() - started > LONGEST:
                break
            graph.batch(calls[first : first + SIZE])
    except GraphError as error:
        log.warning("pages of gateway %d stay subscribed at Meta: %s", gateway.id, error.kind)
    # their grants go with them
    db.session.execute(delete(Account).where(Account.gateway_id == gateway.id))
    db.session.commit()


def _unsubscriptions(gateway: Gateway) -> list[BatchItem]:
    """Not of pages that another gateway has connected meanwhile: the subscription is its own now."""
    elsewhere = select(Page.meta_id).where(Page.removed_at.is_(None))
    pages = db.session.scalars(
        select(Page).where(
            Page.gateway_id == gateway.id,
            Page.removed_at == gateway.deleted_at,
            Page.meta_id.not_in(elsewhere),
        )
    ).all()
    grants = live_grants(list(pages))
    return [
        BatchItem(f"{page.meta_id}/subscribed_apps", grants[page.id].token, method="DELETE")
        for page in pages
        if page.id in grants
    ]
