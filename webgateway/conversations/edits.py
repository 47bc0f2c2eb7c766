"""Edits of messages: the last wording is shown, the earlier ones stay to be looked at."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Select, bindparam, select

from ..db import db
from ..meta.events import Event
from ..pages.models import Page
from . import contents
from .models import Conversation, Message, Wording
from .reactions import NO_CUSTOMER
from .taken import Outcome, moment
from .talks import Talks
from .withdrawals import WITHDRAWN

NOT_YET = "Kept: it is applied as soon as the message it is about is here."
KNOWN = "This edit is in the conversation already."
MOST = 1_000_000
"""Meta allows five edits; the number only has to be one that every database can hold."""


def take(event: Event, page: Page, talks: Talks) -> Outcome:
    """By their number, in whatever order they come; Meta may send one before its message (contract 6.6)."""
    if event.user_id is None or event.mid is None:
        return Outcome("ignored", NO_CUSTOMER)
    known = talks.wordings(page, event)
    if any(one.text is None for one in known):
        return Outcome("ignored", WITHDRAWN, withdrawn=event.mid)
    number = _number(event, known)
    if any(one.number == number for one in known):
        return Outcome("duplicate", KNOWN)
    talks.worded(page, event, number, event.text or "")
    message = talks.message(page, event.mid)
    if message is None:
        return Outcome("done", NOT_YET, talks.open_conversation(page, event))
    if not any(one.number == 0 for one in known):
        talks.worded(page, event, 0, message.text, message.occurred_at)
    message.text = _last(talks.wordings(page, event))
    message.conversation.changes += 1
    contents.show(message)
    return Outcome("done", conversation=message.conversation)


def apply(message: Message, event: Event, page: Page, talks: Talks) -> None:
    """What came before the message itself."""
    known = talks.wordings(page, event)
    if known:
        talks.worded(page, event, 0, message.text, moment(event))
        message.text = _last(talks.wordings(page, event))


def of(messages: Sequence[Message], conversation: Conversation) -> dict[str, list[Wording]]:
    """The earlier wordings of each message that was edited, by its mid, the first one first."""
    mids = [message.mid for message in messages if message.mid and message.kind != "withdrawn"]
    if not mids:
        return {}
    earlier: dict[str, list[Wording]] = {}
    for wording in db.session.scalars(_wordings(), {"contact": conversation.contact_id, "mids": mids}):
        earlier.setdefault(wording.mid, []).append(wording)
    return {mid: found[:-1] for mid, found in earlier.items()}


@cache
def _wordings() -> Select[Wording]:
    theirs = Wording.contact_id == bindparam("contact"), Wording.mid.in_(bindparam("mids", expanding=True))
    return select(Wording).where(*theirs).order_by(Wording.number)


def _number(event: Event, known: Sequence[Wording]) -> int:
    last = max((one.number for one in known), default=0)
    return min(max(event.num_edit or last + 1, 1), MOST)


def _last(wordings: Sequence[Wording]) -> str:
    return max(wordings, key=lambda one: one.number).text or ""
