"""What waits for a page that nobody's login covers: it goes out after Reconnect, while Meta takes it."""

import logging

from sqlalchemy import ColumnElement, Select, and_, or_, select, update

from .. import metrics
from ..db import db, utcnow
from ..gateways.models import Gateway
from ..meta import messages
from ..pages import tokens
from ..pages.models import Page
from ..tasks import every
from . import late_answers
from .comments import Comment
from .models import Conversation, Message, Part

log = logging.getLogger(__name__)

ROUND = 1000
GIVEN_UP = (
    "Nobody's login let us write for this page until Meta's 24 hours were over.",
    "Try again when the page is reconnected and the customer has written.",
)
COMMENT_TOO_OLD = (
    "Nobody's login let us write for this page until the comment was seven days old.",
    "Meta takes no private reply to it any more. Answer it under the post.",
)


def pages() -> ColumnElement[bool]:
    """Of a query of pages and their gateways: those that only lack a login."""
    return and_(Page.removed_at.is_(None), Gateway.enabled, ~tokens.covered())


@every(minute="*")
def give_up() -> None:
    """Fails what has waited too long, which no sender takes in hand: contract 7.4."""
    _fail(_late_answers(), *GIVEN_UP)
    _fail(_late_private_replies(), *COMMENT_TOO_OLD)


def _waiting() -> Select[int]:
    parts = select(Part.id).join(Part.page).join(Page.gateway)
    stranded = parts.where(Part.state == "waiting", Part.leased_until.is_(None), pages())
    return stranded.order_by(Part.id).limit(ROUND)


def _late_answers() -> Select[int]:
    last = utcnow() - messages.WINDOW + messages.MARGIN
    latest = utcnow() - messages.HUMAN_AGENT + messages.MARGIN
    wrote = Conversation.customer_wrote_at
    over = and_(wrote <= last, or_(wrote <= latest, ~late_answers.condition()))
    return _waiting().join(Part.message).join(Part.conversation).where(or_(wrote.is_(None), over))


def _late_private_replies() -> Select[int]:
    """They have no conversation yet: a comment may be answered for longer."""
    oldest = utcnow() - messages.PRIVATE_REPLY + messages.MARGIN
    replies = _waiting().where(Part.conversation_id.is_(None)).join(Part.message).join(Message.comment)
    return replies.where(Comment.at <= oldest)


def _fail(late: Select[int], error: str, remedy: str) -> None:
    """Commits."""
    ids = db.session.scalars(late).all()
    failed = update(Part).where(Part.id.in_(ids), Part.state == "waiting", Part.leased_until.is_(None))
    db.session.execute(failed.values(state="failed", error=error, remedy=remedy))
    db.session.commit()
    if ids:
        metrics.sends.labels("failed", "", "not_asked").inc(len(ids))
        log.warning("%d parts failed: their pages had no login in time", len(ids))
