"""What the database and Meta hold afterwards, against what was promised and may be only once."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, select

from tests.durability.meta import Meta
from tests.durability.stream import Stream
from webgateway.conversations.models import Contact, Conversation, Message, Part
from webgateway.db import db, utcnow
from webgateway.journal.models import Delivery, Event

SHOWN = 5
JOBS: dict[type[Delivery | Event | Part], Any] = {
    Delivery: Delivery.state,
    Event: Event.outcome,
    Part: Part.state,
}
"""The rows that are jobs, and the column that says so."""


@dataclass
class Verdict:
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    unclear: int = 0

    @property
    def good(self) -> bool:
        return not (self.missing or self.doubled or self.disordered or self.waiting or self.failed)

    def __str__(self) -> str:
        kinds = ("missing", "doubled", "disordered", "waiting", "failed")
        return "; ".join(
            f"{len(found)} {kind}: {', '.join(found[:SHOWN])}"
            for kind in kinds
            if (found := getattr(self, kind))
        )


def waiting() -> int:
    """How many rows are still to be worked on."""
    return sum(_count(state == "waiting") for state in JOBS.values())


def free() -> int:
    """Those of them that a worker may take now: none holds them, and they are due."""
    return sum(
        _count(state == "waiting", row.leased_until.is_(None), row.next_try_at <= utcnow())
        for row, state in JOBS.items()
    )


def _count(*conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).where(*conditions)) or 0


def judge(stream: Stream, meta: Meta) -> Verdict:
    verdict = Verdict()
    _journal(verdict, stream)
    _messages(verdict, stream)
    _greetings(verdict, meta)
    if left := waiting():
        verdict.waiting.append(f"{left} rows")
    verdict.failed += stream.refused
    return verdict


def _journal(verdict: Verdict, stream: Stream) -> None:
    kept = set(db.session.scalars(select(Delivery.body)))
    verdict.missing += [f"delivery {body[60:160]!r}" for body in stream.promised if body not in kept]
    events = select(Event.mid, Event.reason).where(Event.outcome.in_(("failed", "ignored")))
    verdict.failed += [f"event {mid}: {reason}" for mid, reason in db.session.execute(events)]
    deliveries = select(Delivery.id, Delivery.error).where(Delivery.state == "failed")
    verdict.failed += [f"delivery {number}: {error}" for number, error in db.session.execute(deliveries)]


def _messages(verdict: Verdict, stream: Stream) -> None:
    """By id, which is the order in which they took effect."""
    shown: dict[str, list[str]] = defaultdict(list)
    query = (
        select(Contact.meta_id, Message.mid)
        .join(Message.conversation)
        .join(Conversation.contact)
        .where(Message.author == "customer")
        .order_by(Message.id)
    )
    for customer, mid in db.session.execute(query):
        shown[customer].append(mid or "")
    for customer, mids in stream.said.items():
        verdict.missing += sorted(set(mids) - set(shown[customer]))
        verdict.doubled += [mid for mid, times in Counter(shown[customer]).items() if times > 1]
        if shown[customer] != mids and sorted(shown[customer]) == sorted(mids):
            verdict.disordered.append(customer)
    talks = Counter(db.session.scalars(select(Contact.meta_id).join(Conversation.contact)))
    verdict.doubled += [f"conversation of {customer}" for customer, times in talks.items() if times > 1]


def _greetings(verdict: Verdict, meta: Meta) -> None:
    """One for each conversation, sent once, or honestly unclear."""
    written: Counter[int] = Counter()
    for part in db.session.scalars(select(Part)):
        written[part.conversation_id] += 1
        sent = meta.taken[part.key]
        if sent > 1:
            verdict.doubled.append(f"greeting {part.key}")
        if part.state == "unclear":
            verdict.unclear += 1
        elif part.state in ("sent", "delivered", "read"):
            verdict.missing += [] if sent else [f"greeting {part.key}"]
        elif part.state != "waiting":
            verdict.failed.append(f"greeting {part.key}: {part.state}, {part.error}")
    for conversation_id in db.session.scalars(select(Conversation.id)):
        if written[conversation_id] == 0:
            verdict.missing.append(f"greeting of conversation {conversation_id}")
        if written[conversation_id] > 1:
            verdict.doubled.append(f"greeting of conversation {conversation_id}")
