"""Reactions to messages: the newest counts, in whatever order they come."""

from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import Select, bindparam, select

from ..db import db
from ..meta.events import Event
from ..pages.models import Page
from .models import Conversation, Message, Reaction
from .taken import Outcome, moment
from .talks import Talks

NO_CUSTOMER = "It names no customer: the person has not written to the page yet."
NOT_YET = "Kept: it is shown as soon as the message it is about is here."
OLDER = "A newer reaction of the customer to this message is known."
LONGEST = 64

# Meta's names for what comes without a sign: contract 6.6, 6.7
SIGNS = {
    "smile": "😆",
    "laugh": "😆",
    "angry": "😠",
    "sad": "😢",
    "wow": "😮",
    "love": "❤️",
    "like": "👍",
    "dislike": "👎",
}


def take(event: Event, page: Page, talks: Talks) -> Outcome:
    """It opens the window (contract 7.4). It is no message: nothing is reopened, greeted or moved up."""
    if event.user_id is None or event.mid is None:
        return Outcome("ignored", NO_CUSTOMER)
    at, given = moment(event), event.action != "unreact"
    still_open = talks.open_conversation(page, event)
    if still_open is not None and given:
        still_open.customer_wrote_at = max(at, still_open.customer_wrote_at or at)
    reaction = talks.reaction(page, event)
    about = talks.conversation_of(page, event.mid)
    if reaction.occurred_at is not None and reaction.occurred_at > at:
        return Outcome("ignored", OLDER, about)
    reaction.occurred_at = at
    reaction.sign = _sign(event) if given else None
    if about is None:
        return Outcome("done", NOT_YET, still_open)
    about.changes += 1
    return Outcome("done", conversation=about)


def to(messages: Sequence[Message], conversation: Conversation) -> dict[int, list[str]]:
    """The signs the customer gave to each message, by its id; a long one has a mid for each part."""
    mids = {mid: message.id for message in messages for mid in mids_of(message)}
    if not mids:
        return {}
    asked = {"contact": conversation.contact_id, "mids": list(mids)}
    signs: dict[int, list[str]] = {}
    for reaction in db.session.scalars(_given(), asked):
        of_message = signs.setdefault(mids[reaction.mid], [])
        if reaction.sign and reaction.sign not in of_message:
            of_message.append(reaction.sign)
    return signs


@cache
def _given() -> Select[Reaction]:
    theirs = Reaction.contact_id == bindparam("contact"), Reaction.mid.in_(bindparam("mids", expanding=True))
    return select(Reaction).where(*theirs, Reaction.sign.is_not(None)).order_by(Reaction.id)


def mids_of(message: Message) -> Iterable[str]:
    return filter(None, (message.mid, *(part.mid for part in message.parts)))


def _sign(event: Event) -> str:
    return (event.emoji or SIGNS.get(event.reaction or "") or event.reaction or "👍")[:LONGEST]
