"""What is known of a customer: checked, kept once, with its source."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from ..db import db, utcnow
from .facts import Fact
from .models import Contact, Message


def valid(kind: str, text: str) -> str | None:
    """In its usual form; None when it is none."""
    try:
        if kind == "email":
            return validate_email(text.strip(), check_deliverability=False).normalized
        number = phonenumbers.parse(text)
    except (EmailNotValidError, phonenumbers.NumberParseException):
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def know(contact: Contact, kind: str, value: str, source: str, message: Message | None = None) -> Fact:
    same = select(Fact).where(Fact.contact_id == contact.id, Fact.kind == kind, Fact.value == value)
    fact = db.session.scalar(same)
    if fact is None:
        fact = Fact(contact=contact, kind=kind, value=value, source=source, message=message)
        db.session.add(fact)
    fact.gathered_at = utcnow()
    return fact
