"""What a flow is, in words for people."""

from datetime import datetime

import msgspec

from .definition import Ask, Definition, Hours, Part, Span
from .hours import WEEKDAYS, is_open, next_opening, zone

KINDS = {
    "say": "Message",
    "menu": "Menu",
    "ask": "Question",
    "bot": "Bot",
    "agents": "Agents",
    "close": "Close",
}


def kind_of(part: Part) -> str:
    return str(part.__struct_config__.tag)


def called(does: Definition, part: Part) -> str:
    """As in “2. Topic”: a part's place and name."""
    return f"“{does.parts.index(part) + 1}. {name_of(part)}”"


def name_of(part: Part) -> str:
    if part.name:
        return part.name
    if isinstance(part, Ask):
        return "Ask for e-mail" if part.what == "email" else "Ask for telephone"
    return KINDS[kind_of(part)]


def parts_of(does: Definition) -> str:
    return " → ".join(name_of(part) for part in does.parts) or "Agents"


def opening(hours: Hours | None, at: datetime) -> tuple[str, str]:
    """Whether it is open, in a word with its tone, as badges have it."""
    if hours is None:
        return "Always open", "quiet"
    if is_open(hours, at):
        return "Open now", "ok"
    opens = next_opening(hours, at)
    if opens is None:
        return "Never open", "warn"
    local, today = opens.astimezone(zone(hours)), at.astimezone(zone(hours)).date()
    ahead = (local.date() - today).days
    day = ("", "tomorrow ")[ahead] if ahead < 2 else f"{WEEKDAYS[local.weekday()][:3]} "
    if ahead > 6:
        day = f"{local.date().isoformat()} "
    return f"Closed until {day}{local:%H:%M}", "quiet"


def week_of(hours: Hours) -> list[tuple[str, str]]:
    """Days that follow each other with the same hours stand together: Monday–Friday, 09:00–18:00."""
    lines: list[tuple[str, str, str]] = []
    for day, spans in zip(WEEKDAYS, hours.week, strict=True):
        said = spans_of(spans)
        if lines and lines[-1][2] == said:
            lines[-1] = (lines[-1][0], day, said)
        else:
            lines.append((day, day, said))
    return [(first if first == last else f"{first}–{last}", said) for first, last, said in lines]


def spans_of(spans: tuple[Span, ...]) -> str:
    return ", ".join(f"{span.opens}–{span.closes}" for span in spans) or "closed"


def told(hours: Hours | None) -> str:
    """All of it, a line each."""
    if hours is None:
        return "Always open"
    lines = [hours.time_zone, *(f"{days}: {said}" for days, said in week_of(hours))]
    lines += [f"{one.date} {one.name}: {spans_of(one.spans)}".replace(" :", ":") for one in hours.holidays]
    return "\n".join(lines)


def details(part: Part, names: dict[str, str]) -> str:
    """A part's settings, a line each; `names` are those of the flow's parts by their id."""
    values = msgspec.to_builtins(part)
    for key in ("then", "otherwise"):
        if values.get(key):
            values[key] = names.get(values[key], "?")
    for choice in values.get("choices", ()):
        choice["then"] = names.get(choice.get("then", ""), "the next one")
    values["choices"] = "; ".join(f"{one['title']} → {one['then']}" for one in values.get("choices", ()))
    return "\n".join(
        f"{LABELS[key]}: {values[key]}" for key in LABELS if values.get(key) not in (None, "", 0)
    )


LABELS = {
    "name": "Name",
    "what": "Asks for",
    "text": "Text",
    "choices": "Quick replies",
    "again": "When the answer is none",
    "skip": "Quick reply to skip",
    "tries": "Asked at most",
    "otherwise": "Without an answer",
    "url": "Address",
    "patience": "Waits, seconds",
    "queue_id": "Queue",
    "queue": "Queue",
    "priority": "Priority",
    "then": "Then",
}
