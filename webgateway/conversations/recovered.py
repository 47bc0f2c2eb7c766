"""Brings messages in that Meta keeps and no delivery brought: each once, at its own time, in its place. The
caller commits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..db import db, utcnow
from ..meta import messages
from ..meta.conversations import Said, Talk
from ..pages.models import Page
from ..queues.choosing import Queues
from . import attachments, contents, files, following, late_answers, outcome, turns
from .compared import Known
from .models import Conversation, Message, Part

EMPTY = "A message of which Meta shows nothing: a shared post, or something that it does not pass on to apps."
SLACK = timedelta(minutes=1)
"""Our clock and Meta's differ; a part was not at Meta before it was written."""


@dataclass
class Brought:
    messages: int = 0
    settled: int = 0


def bring_in(page: Page, channel: str, talks: Sequence[Talk], since: datetime, until: datetime) -> Brought:
    """What was said from `since` to `until` and is not known by its mid. Nobody is greeted; whose last word
    is among it goes to agents, where Meta still takes an answer."""
    talks = [talk for talk in talks if talk.user_id]
    known, queues = Known(page, channel, talks, since), Queues()
    brought = Brought()
    for talk in talks:
        last: dict[Conversation, Said] = {}
        for said in _in_order(talk, since, until):
            if not known.has(said.mid):
                _take(said, talk, known, brought, last)
        for conversation, said in last.items():
            if said.by_customer and conversation.is_open and _in_time(conversation):
                following.unheard(conversation, queues)
    return brought


def _in_time(conversation: Conversation) -> bool:
    window = messages.window(conversation.customer_wrote_at, utcnow())
    return window == "open" or late_answers.possible(conversation)


def _in_order(talk: Talk, since: datetime, until: datetime) -> Iterator[Said]:
    """The oldest first; Meta's times are whole seconds, its order tells more."""
    oldest_first = talk.said[::-1]
    for said in sorted(oldest_first, key=lambda said: said.at):
        if since <= said.at <= until:
            yield said


def _take(said: Said, talk: Talk, known: Known, brought: Brought, last: dict[Conversation, Said]) -> None:
    """`last`: the last word of each conversation, where it was brought in."""
    if not said.by_customer and (part := _own_part(said, talk, known)):
        known.mids.add(said.mid)
        if part.state == "unclear":
            outcome.arrived(part, said.mid, said.at)
            brought.settled += 1
        return
    conversation = _conversation(said, talk, known)
    if conversation is None:
        return
    if said.at >= _last_word(conversation):
        last[conversation] = said
    db.session.add(_message(said, conversation))
    known.mids.add(said.mid)
    brought.messages += 1
    if said.by_customer:
        wrote = conversation.customer_wrote_at or said.at
        conversation.customer_wrote_at = max(said.at, wrote)
        conversation.contact.consented_at = conversation.contact.consented_at or said.at
    elif conversation.is_open:
        turns.answered(conversation, said.at)
    if said.at >= conversation.last_message_at:
        conversation.last_message_at = said.at
        conversation.preview = _preview(said)


def _last_word(conversation: Conversation) -> datetime:
    """When it was said. A reminder of ours is none: what it reminds of is."""
    if conversation.reminded_at == conversation.last_message_at:
        return conversation.part_at or conversation.opened_at
    return conversation.last_message_at


def _own_part(said: Said, talk: Talk, known: Known) -> Part | None:
    """Ours, though nobody told us its mid: unclear, or just on its way. Contract 7.7."""
    unsettled = known.unsettled(talk)
    for part in unsettled:
        kinds = [attachment.type for attachment in said.attachments]
        if files.same(part, said.text, kinds) and part.message.occurred_at - SLACK <= said.at:
            unsettled.remove(part)
            return part
    return None


def _conversation(said: Said, talk: Talk, known: Known) -> Conversation | None:
    """The one that was open at that time, or else the next one: it began with this message. Only a customer
    opens one, as in incoming.py."""
    conversation = known.open_at(talk, said.at)
    if conversation is None:
        return known.opened(talk, said.at) if said.by_customer else None
    if said.at < conversation.opened_at:
        if not said.by_customer:
            return None
        conversation.opened_at = said.at
    return conversation


def _message(said: Said, conversation: Conversation) -> Message:
    empty = not said.text and not said.attachments
    return Message(
        conversation=conversation,
        page_id=conversation.page_id,
        author="customer" if said.by_customer else "page",
        mid=said.mid,
        kind="unsupported" if empty else "text",
        text=EMPTY if empty else said.text,
        attachments=[contents.attachment(found) for found in said.attachments],
        occurred_at=said.at,
        recovered_at=utcnow(),
    )


def _preview(said: Said) -> str:
    if said.text or not said.attachments:
        return (said.text or EMPTY)[:200]
    return attachments.word(contents.attachment(said.attachments[0]))
