"""What waits for a page that nobody's login covers: it goes out after Reconnect, while Meta takes it."""

import logging

from sqlalchemy import ColumnElement, and_, or_, select, update

from .. import metrics
from ..db import db, utcnow
from ..gateways.models import Gateway
from ..meta import messages
from ..pages import tokens
from ..pages.models import Page
from ..tasks import every
from . import late_answers
from .models import Conversation, Part

log = logging.getLogger(__name__)

ROUND = 1000
GIVEN_UP = (
    "Nobody's login let us write for this page until Meta's 24 hours were over.",
    "Try again when the page is reconnected and the customer has written.",
)


def pages() -> ColumnElement[bool]:
    """Of a query of pages and their gateways: those that only lack a login."""
    return and_(Page.removed_at.is_(None), Gateway.enabled, ~tokens.covered())


@every(minute="*")
def give_up() -> None:
    """Fails what has waited too long, which no sender takes in hand: contract 7.4."""
    last = utcnow() - messages.WINDOW + messages.MARGIN
    latest = utcnow() - messages.HUMAN_AGENT + messages.MARGIN
    wrote = Conversation.customer_wrote_at
    over = and_(wrote <= last, or_(wrote <= latest, ~late_answers.condition()))
    late = (
        select(Part.id)
        .join(Part.message)
        .join(Part.conversation)
        .join(Part.page)
        .join(Page.gateway)
        .where(Part.state == "waiting", Part.leased_until.is_(None), pages())
        .where(or_(wrote.is_(None), over))
        .order_by(Part.id)
        .limit(ROUND)
    )
    ids = db.session.scalars(late).all()
    error, remedy = GIVEN_UP
    failed = update(Part).where(Part.id.in_(ids), Part.state == "waiting", Part.leased_until.is_(None))
    db.session.execute(failed.values(state="failed", error=error, remedy=remedy))
    db.session.commit()
    if ids:
        metrics.sends.labels("failed", "", "not_asked").inc(len(ids))
        log.warning("%d parts failed: their pages had no login in time", len(ids))
