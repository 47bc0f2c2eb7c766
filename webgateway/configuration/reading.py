"""A file that somebody brings, read into what it holds, or refused in words that say where it is wrong."""

import re
from typing import Any

import msgspec

from .document import FORMAT, Document

LARGEST = 4_000_000
"""Bytes of a file as it is written for people."""
MOST_HELD = 1_000_000
"""Bytes of what it holds, without spaces: that comes back with the confirmation, as a field of a form, of
which security.py takes 1 MiB."""
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
NO_FILE = "This is no configuration that webgateway has written: it does not begin with “webgateway”."
TOO_LARGE = f"The file holds more than {MOST_HELD:,} bytes. Export less at once, and import file after file."


class Unreadable(ValueError):  # noqa: N818
    """`where`: the path to it, as in flows[0].live; empty: the file as a whole."""

    def __init__(self, what: str, where: str = "") -> None:
        super().__init__(f"{where}: {what}" if where else what)
        self.what, self.where = what, where


class _Format(msgspec.Struct):
    format: int


class _Stamp(msgspec.Struct):
    """What every format begins with, whatever else it holds."""

    webgateway: _Format


def read(content: bytes) -> Document:
    """Raises Unreadable."""
    if len(content) > LARGEST:
        raise Unreadable(TOO_LARGE)
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"The file is not UTF-8: {_place(content, error.start)}.") from None
    try:
        _check_format(text)
        document = msgspec.json.decode(text, type=Document)
    except msgspec.ValidationError as error:
        raise _wrong(str(error), text) from None
    except msgspec.DecodeError as error:
        raise Unreadable(_not_json(str(error), content)) from None
    except RecursionError:
        raise Unreadable("The file is nested too deeply.") from None
    if NUL.search(text):
        raise Unreadable("A text in it holds the character \\u0000, which no database keeps everywhere.")
    if len(document.text.encode()) > MOST_HELD:
        raise Unreadable(TOO_LARGE)
    return document


def _check_format(text: str) -> None:
    try:
        stamp = msgspec.json.decode(text, type=_Stamp)
    except msgspec.ValidationError:
        raise Unreadable(NO_FILE) from None
    if stamp.webgateway.format > FORMAT:
        raise Unreadable(
            f"A newer webgateway has written this file (format {stamp.webgateway.format}). This one reads "
            f"format {FORMAT}: update it first.",
            "webgateway.format",
        )
    if stamp.webgateway.format != FORMAT:
        raise Unreadable(f"There is no format {stamp.webgateway.format}.", "webgateway.format")


def _not_json(said: str, content: bytes) -> str:
    found = re.search(r"JSON is malformed: (.+) \(byte (\d+)\)", said)
    if found is None:
        return "The file is no JSON: it ends in the middle."
    return f"The file is no JSON: {found[1]} ({_place(content, int(found[2]))})."


def _place(content: bytes, at: int) -> str:
    lines = content[:at].split(b"\n")
    return f"line {len(lines)}, column {len(lines[-1]) + 1}"


def _wrong(said: str, text: str) -> Unreadable:
    what, _, path = said.partition(" - at `$")
    where = path.rstrip("`").lstrip(".")
    return Unreadable(_in_words(what), where + _named(where, text))


KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number with a fraction",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def _kinds(said: str) -> str:
    return " or ".join(KINDS.get(one, one) for one in said.split(" | "))


def _in_words(said: str) -> str:
    if found := re.fullmatch(r"Expected `(.+)`, got `(.+)`", said):
        return f"There should be {_kinds(found[1])}, and there is {_kinds(found[2])}."
    if found := re.fullmatch(r"Object contains unknown field `(.*)`", said, re.DOTALL):
        return f"There is no field “{found[1][:60]}”."
    if found := re.fullmatch(r"Object missing required field `(.+)`", said):
        return f"The field “{found[1]}” is missing."
    if found := re.fullmatch(r"Invalid (?:enum )?value '(.*)'", said, re.DOTALL):
        return f"“{found[1][:60]}” is none of the words that may stand here."
    if found := re.fullmatch(r"Expected `array` of length <= (\d+)", said):
        return f"A file holds {int(found[1]):,} of a kind at most. Import the rest with another file."
    return f"{said}."


def _named(where: str, text: str) -> str:
    """What the entry of a list is called, for whoever does not count."""
    found = re.match(r"(\w+)\[(\d+)\]", where)
    if found is None:
        return ""
    entry: Any = msgspec.json.decode(text)[found[1]][int(found[2])]
    names = [entry.get(key) for key in ("name", "shortcut", "email")] if isinstance(entry, dict) else []
    name = next((name for name in names if isinstance(name, str) and name), "")
    return f" (“{name[:60]}”)" if name else ""
