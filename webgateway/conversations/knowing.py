"""What customers tell of themselves when they are asked: kept once, with where it came from."""

from ..db import db
from ..flows import answers
from .facts import Fact
from .models import Contact, Message


def valid(kind: str, text: str) -> str | None:
    """The e-mail address or telephone number in what was written, in its usual form. Of which country a
    customer writes is not known: a number counts with its country's code only, +49 or 0049."""
    value = answers.valid(kind, text)
    return value if value and (kind == "email" or value.startswith("+")) else None


def know(contact: Contact, kind: str, value: str, source: str, message: Message | None = None) -> Fact:
    """`value` is valid; `source` as Fact has it. What is known already stays as it was gathered first."""
    for fact in contact.facts:
        if (fact.kind, fact.value) == (kind, value):
            return fact
    fact = Fact(contact=contact, kind=kind, value=value, source=source, message=message)
    db.session.add(fact)
    return fact


def newest(contact: Contact, kind: str) -> str:
    """Empty where none is known."""
    return next((fact.value for fact in reversed(contact.facts) if fact.kind == kind), "")


def forget(contact: Contact, message: Message) -> None:
    """What was gathered from a message that its customer withdrew: contract 6.7. Both are flushed."""
    for fact in contact.facts:
        if fact.message_id == message.id:
            db.session.delete(fact)
