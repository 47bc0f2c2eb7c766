"""What deleting a chat gateway means for its conversations: they stay, and can no longer be answered."""

from collections.abc import Sequence

from sqlalchemy import func, select

from ..db import db
from ..gateways import removal
from ..pages.models import Page
from ..views import count
from .models import Conversation


def listen() -> None:
    removal.consequences.connect(consequences)


def consequences(ids: Sequence[int]) -> list[str]:
    number = db.session.scalar(
        select(func.count(Conversation.id))
        .join(Conversation.page)
        .where(Page.gateway_id.in_(ids), Conversation.closed_at.is_(None))
    )
    return [f"{count(number, 'open conversation')} can no longer be answered."] if number else []
