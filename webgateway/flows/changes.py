"""What a draft changes about what is live."""

from collections.abc import Mapping

import msgspec

from .definition import Definition
from .words import details, kind_of, name_of, told


class Change(msgspec.Struct, frozen=True):
    """`before` or `after` is empty where it was not there or is gone."""

    what: str
    before: str = ""
    after: str = ""


TEXTS = {
    "opening_message": "Opening message",
    "offline_message": "Offline message",
    "closing_message": "Closing message",
}


def changes(live: Definition, draft: Definition, pages: Mapping[str, str]) -> list[Change]:
    """`pages` are the names of pages by Meta's id."""
    return [*_texts(live, draft), *_hours(live, draft, pages), *_parts(live, draft), *_rest(live, draft)]


def _texts(live: Definition, draft: Definition) -> list[Change]:
    pairs = [(words, getattr(live, name), getattr(draft, name)) for name, words in TEXTS.items()]
    return [Change(*pair) for pair in pairs if pair[1] != pair[2]]


def _hours(live: Definition, draft: Definition, pages: Mapping[str, str]) -> list[Change]:
    found = []
    if live.hours != draft.hours:
        found.append(Change("Working hours", told(live.hours), told(draft.hours)))
    for page in {**live.page_hours, **draft.page_hours}:
        before, after = live.page_hours.get(page), draft.page_hours.get(page)
        if before != after:
            words = [told(hours) if hours else "" for hours in (before, after)]
            found.append(Change(f"Hours of {pages.get(page, page)}", *words))
    return found


def _parts(live: Definition, draft: Definition) -> list[Change]:
    before = {part.id: part for part in live.parts}
    after = {part.id: part for part in draft.parts}
    was, is_now = _names(live), _names(draft)
    found = [
        Change(f"Part removed: {name_of(part)}", details(part, was))
        for key, part in before.items()
        if key not in after
    ]
    for key, part in after.items():
        old = before.get(key)
        if old is None:
            found.append(Change(f"Part added: {name_of(part)}", "", details(part, is_now)))
        elif old != part or kind_of(old) != kind_of(part):
            found.append(Change(f"Part changed: {name_of(part)}", details(old, was), details(part, is_now)))
    stayed = [key for key in before if key in after]
    if stayed != [key for key in after if key in before]:
        found.append(Change("Order of the parts", _listed(live), _listed(draft)))
    return found


def _rest(live: Definition, draft: Definition) -> list[Change]:
    found = []
    for key, words in (("first", "First part"), ("closed_first", "First part while closed")):
        before, after = getattr(live, key), getattr(draft, key)
        if before != after:
            names = _names(live).get(before, "By the list"), _names(draft).get(after, "By the list")
            found.append(Change(words, *names))
    if live.idle != draft.idle:
        found.append(Change("Silence", _silence(live), _silence(draft)))
    return found


def _silence(does: Definition) -> str:
    idle = does.idle
    lines = [f"Reminds after {idle.remind_after} minutes: {idle.reminder}"] if idle.remind_after else []
    lines += [f"Closes after {idle.close_after} minutes"] if idle.close_after else []
    return "\n".join(lines) or "Waits for ever"


def _names(does: Definition) -> dict[str, str]:
    return {part.id: name_of(part) for part in does.parts}


def _listed(does: Definition) -> str:
    return "\n".join(f"{number}. {name_of(part)}" for number, part in enumerate(does.parts, start=1))
