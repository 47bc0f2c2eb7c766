"""A definition as the form's fields hold it, and back."""

from typing import Any

import msgspec

from .definition import Definition, Holiday, Hours, Part, Span
from .hours_form import DAYS
from .part_form import FIELDS_OF

OFFICE = Hours(week=((Span("09:00", "18:00"),),) * 5 + ((), ()))
"""What the form begins with where there are no hours yet."""


def typed(does: Definition, time_zone: str) -> dict[str, Any]:
    hours = does.hours or msgspec.structs.replace(OFFICE, time_zone=time_zone)
    return {
        **{name: getattr(does, name) for name in ("opening_message", "offline_message", "closing_message")},
        "has_hours": does.hours is not None,
        "hours": typed_hours(hours),
        "page_hours": [{"page": page, "hours": typed_hours(own)} for page, own in does.page_hours.items()],
        "first": does.first,
        "closed_first": does.closed_first,
        "parts": [typed_part(part) for part in does.parts],
        **{name: getattr(does.idle, name) for name in ("remind_after", "reminder", "close_after")},
    }


def typed_hours(hours: Hours) -> dict[str, Any]:
    return {
        "time_zone": hours.time_zone,
        **{day: {"spans": _spans(spans)} for day, spans in zip(DAYS, hours.week, strict=True)},
        "holidays": [
            {"date": one.date, "name": one.name, "spans": _spans(one.spans)} for one in hours.holidays
        ],
    }


def _spans(spans: tuple[Span, ...]) -> list[dict[str, str]]:
    return [{"opens": span.opens, "closes": span.closes.replace("24:00", "00:00")} for span in spans]


def typed_part(part: Part) -> dict[str, Any]:
    kind = part.__struct_config__.tag
    values = {name: getattr(part, name) for name in (*FIELDS_OF[str(kind)], "id", "name")}
    values["kind"] = kind
    if "choices" in values:
        values["choices"] = [{"title": choice.title, "then": choice.then} for choice in values["choices"]]
    if "queue_id" in values:
        values |= {"queue_id": str(values["queue_id"] or ""), "priority": str(values["priority"])}
    return values


def definition_of(data: dict[str, Any]) -> Definition:
    """Of a form's data that was found good; msgspec.ValidationError otherwise."""
    idle = {name: data[name] for name in ("remind_after", "reminder", "close_after")}
    built = {
        **{name: data[name] for name in ("opening_message", "offline_message", "closing_message")},
        **{name: data[name] or "" for name in ("first", "closed_first")},
        "hours": hours_of(data["hours"]) if data["has_hours"] else None,
        "page_hours": {one["page"]: hours_of(one["hours"]) for one in data["page_hours"]},
        "parts": [part_of(part) for part in data["parts"]],
        "idle": {**idle, "reminder": idle["reminder"] or ""},
    }
    return msgspec.convert(built, Definition)


def hours_of(data: dict[str, Any]) -> dict[str, Any]:
    holidays = [
        msgspec.to_builtins(Holiday(one["date"], one["name"] or "")) | {"spans": spans_of(one["spans"])}
        for one in sorted(data["holidays"], key=lambda one: str(one["date"]))
    ]
    week = [spans_of(data[day]["spans"]) for day in DAYS]
    return {"time_zone": data["time_zone"], "week": week, "holidays": holidays}


def spans_of(spans: list[dict[str, str]]) -> list[dict[str, str]]:
    filled = (
        {"opens": one["opens"], "closes": one["closes"]} for one in spans if one["opens"] or one["closes"]
    )
    ends = [{**one, "closes": "24:00" if one["closes"] == "00:00" else one["closes"]} for one in filled]
    return sorted(ends, key=lambda one: one["opens"])


def part_of(data: dict[str, Any]) -> dict[str, Any]:
    part = {name: value if value is not None else "" for name, value in data.items()}
    if part["kind"] == "agents":
        part |= {"queue_id": int(part["queue_id"]) if part["queue_id"] else None}
        part |= {"priority": int(part["priority"])}
    return part
