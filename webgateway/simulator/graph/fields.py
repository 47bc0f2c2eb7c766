"""`fields=id,name,picture{url},messages.limit(3){id}` (contract 11)."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from webgateway.simulator.graph.errors import GraphError, unknown_field

KNOWN: dict[str, Any] = json.loads(Path(__file__).parents[1].joinpath("fields.json").read_text())
PART = re.compile(r"(?P<name>\w+)(?P<modifiers>(?:\.\w+\([^)]*\))*)")


@dataclass
class Field:
    name: str
    modifiers: dict[str, str] = field(default_factory=dict)
    children: list["Field"] = field(default_factory=list)


def parse_fields(text: str) -> list[Field]:
    fields, rest = _parse(text.replace(" ", ""))
    if rest:
        raise GraphError(
            2500, f'Syntax error "Expected end of string instead of {rest[0]}." at character {len(text)}'
        )
    return fields


def _parse(text: str) -> tuple[list[Field], str]:
    fields: list[Field] = []
    while text and text[0] != "}":
        match = PART.match(text)
        if match is None:
            raise GraphError(2500, f'Syntax error "Expected name." at {text[:20]}')
        modifiers = dict(re.findall(r"\.(\w+)\(([^)]*)\)", match["modifiers"]))
        found = Field(match["name"], modifiers)
        text = text[match.end() :]
        if text.startswith("{"):
            found.children, text = _parse(text[1:])
            if not text.startswith("}"):
                raise GraphError(2500, 'Syntax error "Expected }."')
            text = text[1:]
        fields.append(found)
        text = text.removeprefix(",")
    return fields, text


Reader = Callable[[Field], Any]


def pick(node: str, fields: list[Field], readers: dict[str, Reader], known: str = "") -> dict[str, Any]:
    """The asked fields of one node. `readers` answers those the simulator fills; None leaves a field out.

    A field the node type does not have fails the whole call; `id` is always there.
    """
    legal = set(KNOWN.get(known or node, ())) | set(readers)
    answer: dict[str, Any] = {}
    for asked in fields:
        if asked.name not in legal:
            raise unknown_field(asked.name, node)
        value = readers[asked.name](asked) if asked.name in readers else None
        if value is not None:
            answer[asked.name] = value
    if "id" not in answer and "id" in readers:
        answer["id"] = readers["id"](Field("id"))
    return answer
