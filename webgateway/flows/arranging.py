"""Rows of a form that are added, removed, moved and copied: on the fields as they were sent, so that all that
was typed stays, whether it is right or not.

An act is `verb:path`, with a kind after another colon for a part that is added. A list's path is the name of
its fields up to the number, as parts-3-choices; an entry's has the number, too.
"""

import re
import secrets

from werkzeug.datastructures import MultiDict

from ..fields import place
from .hours_form import DAYS

Fields = MultiDict[str, str]
Entries = list[dict[str, list[str]]]

_HOURS = r"(?:page_hours-\d{1,3}-)?hours"
_LIST = re.compile(
    rf"parts|parts-\d{{1,3}}-choices|page_hours|{_HOURS}-holidays"
    rf"|{_HOURS}-(?:{'|'.join(DAYS)})-spans|{_HOURS}-holidays-\d{{1,3}}-spans"
)
_WORKING_DAYS = ("tue", "wed", "thu", "fri")
_NEW_PART = {
    "menu": {
        "choices-0-title": "",
        "choices-0-then": "",
        "choices-1-title": "",
        "choices-1-then": "",
        "tries": "2",
    },
    "ask": {"what": "email", "tries": "2"},
    "bot": {"patience": "60"},
    "agents": {"priority": "0"},
}


def arrange(fields: Fields, act: str) -> tuple[Fields, str]:
    """The fields anew, and the id of what the keyboard goes on with. An act that makes no sense changes
    nothing."""
    verb, _, rest = act.partition(":")
    path, _, kind = rest.partition(":")
    if verb == "add" and _LIST.fullmatch(path):
        return _add(fields, path, kind)
    if verb == "copy" and re.fullmatch(rf"{_HOURS}-mon", path):
        return _copy(fields, path.removesuffix("-mon")), f"copy:{path}"
    of, _, last = path.rpartition("-")
    number = place(last)
    if verb in ("remove", "up", "down") and _LIST.fullmatch(of) and number is not None:
        return _change(fields, verb, of, number)
    return fields, ""


def sound(fields: MultiDict[str, str]) -> Fields:
    """Without those whose rows have numbers that WTForms would fail to read."""
    return MultiDict(
        (name, value)
        for name, value in fields.items(multi=True)
        if not any(piece.isdigit() and place(piece) is None for piece in name.split("-"))
    )


def entries(fields: Fields, path: str) -> Entries:
    """What was sent of a list's entries, in order, by the rest of its fields' names."""
    found: dict[int, dict[str, list[str]]] = {}
    for name, values in fields.lists():
        first, _, rest = name.removeprefix(path + "-").partition("-")
        number = place(first)
        if name.startswith(path + "-") and number is not None:
            found.setdefault(number, {})[rest] = values
    return [found[number] for number in sorted(found)]


def put(fields: Fields, path: str, rows: Entries) -> Fields:
    """With these entries in place of the list's."""
    kept = MultiDict(
        (name, value)
        for name, values in fields.lists()
        for value in values
        if not re.match(re.escape(path) + r"-\d+-", name)
    )
    for number, row in enumerate(rows):
        for rest, values in row.items():
            kept.setlist(f"{path}-{number}-{rest}", values)
    return kept


def _add(fields: Fields, path: str, kind: str) -> tuple[Fields, str]:
    rows = entries(fields, path)
    new = _new(fields, path, kind, rows)
    if new is None:
        return fields, ""
    first = {"parts": "name", "page_hours": "hours-time_zone"}.get(path) or next(iter(new))
    return put(fields, path, [*rows, new]), f"{path}-{len(rows)}-{first}"


def _new(fields: Fields, path: str, kind: str, rows: Entries) -> dict[str, list[str]] | None:
    if path == "parts":
        values = {"name": "", "id": secrets.token_hex(4), "kind": kind, **_NEW_PART.get(kind, {})}
        return {name: [value] for name, value in values.items()}
    if path == "page_hours":
        page = fields.get("new_page", "")
        if not page or any(row.get("page") == [page] for row in rows):
            return None
        general = {name: values for name, values in fields.lists() if name.startswith("hours-")}
        return {"page": [page], **general}
    if path.endswith("-choices"):
        return {"title": [""], "then": [""]}
    if path.endswith("-holidays"):
        return {"date": [""], "name": [""]}
    return {
        "opens": rows[-1].get("closes", [""]) if rows else ["09:00"],
        "closes": [""] if rows else ["18:00"],
    }


def _change(fields: Fields, verb: str, path: str, number: int) -> tuple[Fields, str]:
    rows = entries(fields, path)
    if number >= len(rows):
        return fields, ""
    row = rows.pop(number)
    if verb == "remove":
        return put(fields, path, rows), f"add:{path}"
    then = max(0, number - 1) if verb == "up" else min(len(rows), number + 1)
    rows.insert(then, row)
    at_the_end = then == (0 if verb == "up" else len(rows) - 1)
    return put(fields, path, rows), f"{'down' if (verb == 'up') == at_the_end else 'up'}:{path}-{then}"


def _copy(fields: Fields, hours: str) -> Fields:
    """Monday's hours to the days until Friday."""
    monday = entries(fields, f"{hours}-mon-spans")
    for day in _WORKING_DAYS:
        fields = put(fields, f"{hours}-{day}-spans", monday)
    return fields
