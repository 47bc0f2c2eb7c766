"""What is known of a customer beside their profile."""

import email_validator
import phonenumbers
from sqlalchemy import select

from ..db import db, utcnow
from .facts import Fact
from .models import Contact, Message


def know(contact: Contact, kind: str, value: str, source: str, message: Message | None = None) -> Fact:
    same = select(Fact).where(Fact.contact_id == contact.id, Fact.kind == kind, Fact.value == value)
    fact = db.session.scalar(same) or Fact(contact=contact, kind=kind, value=value)
    fact.source, fact.message, fact.gathered_at = source, message, utcnow()
    db.session.add(fact)
    return fact


def valid(kind: str, text: str) -> str | None:
    """In its usual form; None when it is none."""
    try:
        if kind == "email":
            return email_validator.validate_email(text, check_deliverability=False).normalized
        number = phonenumbers.parse(text, None)
    except (email_validator.EmailNotValidError, phonenumbers.NumberParseException):
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
