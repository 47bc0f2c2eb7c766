"""Texts with fields, `Hello {{ contact.first_name | there }}`: what stands after the bar is said when the
field is empty. Nothing else is read in them, and what a field holds is never read again."""

import difflib
import re
from collections.abc import Collection, Mapping

FIELDS = {
    "contact.name": "The customer's name",
    "contact.first_name": "The first word of it",
    "contact.email": "Their e-mail address, once they gave it",
    "contact.phone": "Their telephone number, once they gave it",
    "page.name": "The page they wrote to",
    "agent.name": "The agent who has the conversation, once somebody has",
    "next_opening": "When you open next: the time, with the date where it is not today",
    "next_opening.date": "The date of it, as 2026-12-28",
    "next_opening.time": "The time of it, as 09:00",
    "next_opening.weekday": "The day of it, in English: Monday",
}
"""By name, in words for people."""

FIELD = re.compile(r"\{\{([^{}|]*)(?:\|([^{}]*))?\}\}")
_WITH_ITS_SPACE = re.compile(r"(?P<before>,?[ \t]*)" + FIELD.pattern)


def problems(text: str, known: Collection[str] = FIELDS.keys()) -> list[str]:
    """What is wrong with the fields of a text, a sentence each."""
    found = []
    for match in FIELD.finditer(text):
        name = match[1].strip()
        if name not in known:
            found.append(_unknown(name, known))
    rest = FIELD.sub("", text)
    if "{{" in rest:
        found.append("A field begins with {{ and is not closed by }}.")
    elif "}}" in rest:
        found.append("There is a }} where no field begins with {{.")
    return list(dict.fromkeys(found))


def fill(text: str, fields: Mapping[str, str]) -> str:
    """An empty field without words of its own goes, with the space before it: “Hello, {{ contact.name }}!”
    becomes “Hello!”."""

    def filled(match: re.Match[str]) -> str:
        value = fields.get(match[2].strip()) or (match[3] or "").strip()
        return match["before"] + value if value else ""

    return _WITH_ITS_SPACE.sub(filled, text)


def of(text: str) -> set[str]:
    """The names of the fields in it."""
    return {match[1].strip() for match in FIELD.finditer(text)}


def _unknown(name: str, known: Collection[str]) -> str:
    if not name:
        return "There is a field without a name: {{ }}."
    if name in FIELDS:
        return f"{{{{ {name} }}}} is not known yet when this is said."
    near = difflib.get_close_matches(name, known, 1)
    return f"There is no field {{{{ {name[:60]} }}}}." + (
        f" Did you mean {{{{ {near[0]} }}}}?" if near else ""
    )
