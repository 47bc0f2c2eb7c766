"""What the database and Meta hold afterwards, against what was promised and may be only once."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select

from tests.durability.meta import Meta
from tests.durability.stream import Stream
from webgateway.conversations.models import Contact, Conversation, Message, Part
from webgateway.db import db
from webgateway.journal.models import Delivery, Event

SHOWN = 5


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
            f"{len(found)} {kind}: {', '.join(found[:SHOWN])}" for kind in kinds if (found := getattr(self, kind))
        )


def waiting() -> int:
    """How many rows are still to be worked on."""
    return sum(
        db.session.scalar(select(func.count()).where(column == "waiting")) or 0
        for column in (Delivery.state, Event.outcome, Part.state)
    )


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
    failed = or_(Event.outcome == "failed", Event.outcome == "ignored")
    verdict.failed += [f"event {mid}: {why}" for mid, why in db.session.execute(select(Event.mid, Event.reason).where(failed))]  # fmt: skip
    verdict.failed += [f"delivery {number}" for number in db.session.scalars(select(Delivery.id).where(Delivery.state == "failed"))]  # fmt: skip


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
    talks = db.session.execute(select(Contact.meta_id, func.count()).join(Conversation.contact).group_by(Contact.meta_id))  # fmt: skip
    verdict.doubled += [f"conversation of {customer}" for customer, times in talks if times > 1]


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
