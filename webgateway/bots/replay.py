"""Makes calls once more that failed, because a person wants the bot to know. They keep their webhook-id."""

from typing import Any

from sqlalchemy import ColumnElement, update

from ..conversations.bot_calls import BotCall
from ..db import db, utcnow


def failed(*where: ColumnElement[bool]) -> int:
    """How many wait now. What is done, dropped or on its way is left alone."""
    again = update(BotCall).where(BotCall.state == "failed", *where)
    result: Any = db.session.execute(
        again.values(
            state="waiting", attempts=0, next_try_at=utcnow(), leased_until=None, status=None, error=None
        ).execution_options(synchronize_session=False)
    )
    return int(result.rowcount)
