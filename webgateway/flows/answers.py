"""What customers answer when they are asked for an e-mail address or a telephone number."""

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat

_EMAIL = re.compile(r"[^\s<>,;:()\[\]\"]+@[^\s<>,;:()\[\]\"]+")
_PHONE = re.compile(r"\+?\(?\d[\d\s()./-]{4,22}\d")


def valid(kind: str, text: str) -> str | None:
    """The address or number in what was written, as it is kept; None when there is none. `kind` is email or
    phone. Numbers with a country's code become +380501234567; others stay as their digits."""
    return _email(text) if kind == "email" else _phone(text)


def _email(text: str) -> str | None:
    for found in _EMAIL.findall(text[:1000]):
        try:
            return validate_email(found.rstrip(".!?"), check_deliverability=False).normalized
        except EmailNotValidError:
            continue
    return None


def _phone(text: str) -> str | None:
    found = _PHONE.search(text[:1000])
    if found is None:
        return None
    digits = re.sub(r"\D", "", found[0])
    if found[0].startswith("+") or digits.startswith("00"):
        return _international("+" + digits.removeprefix("00"))
    return digits if 6 <= len(digits) <= 15 else None


def _international(number: str) -> str | None:
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
