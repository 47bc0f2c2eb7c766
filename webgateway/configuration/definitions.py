"""A flow's definition from a file: queues by name become queues by id, and the editor's form looks at it."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from werkzeug.datastructures import MultiDict

from ..flows.definition import Agents, Definition, Hours, Menu
from ..flows.forms import MOST_PAGES, MOST_PARTS, FlowForm
from ..flows.hours_form import MOST_HOLIDAYS, MOST_SPANS
from ..flows.part_form import MOST_CHOICES
from ..flows.typed import typed
from ..tenants.models import Tenant
from .document import Does, HandOver
from .queues import Queues, missing

NEVER = Hours().week


class DefinitionForm(FlowForm):
    """The editor's form without what belongs to the flow itself. Its queues are those of the file, too."""

    name = None  # type: ignore[assignment]
    refs = None  # type: ignore[assignment]

    def __init__(self, tenant: Tenant, queues: Queues, does: Definition) -> None:
        self.offered = queues
        fields = MultiDict(_fields(typed(does, "UTC")))
        super().__init__(tenant, formdata=fields, meta={"csrf": False})

    def queues(self) -> list[tuple[str, str]]:
        offered = self.offered
        return [
            ("" if reference == offered.general_id else str(reference), name)
            for reference, name in offered.names.items()
        ]

    @property
    def problems(self) -> list[str]:
        if self.validate():
            return []
        found = [f"{where}: {' '.join(map(str, field.errors))}" for where, field in self.marked]
        return found or ["The flow editor would not take it."]


def checked(does: Does, queues: Queues) -> tuple[Does, list[str]]:
    """As the editor would keep it; and why it would not. The form takes its time: each is looked at once."""
    wrong = [*_uncountable(does), *_unknown_queues(does, queues)]
    if wrong:
        return does, wrong
    key = msgspec.json.encode(does), tuple(queues.names.items())
    if key not in queues.by.known:
        queues.by.known[key] = _looked_at(does, queues)
    return queues.by.known[key]


def _looked_at(does: Does, queues: Queues) -> tuple[Does, list[str]]:
    form = DefinitionForm(queues.by.tenant, queues, with_ids(does, queues))
    if problems := form.problems:
        return does, problems
    return with_names(form.definition, queues), []


def with_names(definition: Definition, queues: Queues) -> Does:
    """A queue that is gone is the general one: so conversations have it."""
    parts = tuple(_by_name(part, queues) for part in definition.parts)
    return Does(**_rest(definition), parts=parts)


def with_ids(does: Does, queues: Queues) -> Definition:
    """Or what stands for the id while the queue is not made."""
    parts = tuple(_by_id(part, queues) for part in does.parts)
    return Definition(**_rest(does), parts=parts)


def _rest(of: Definition) -> dict[str, Any]:
    values = {name: getattr(of, name) for name in Definition.__struct_fields__ if name != "parts"}
    values["hours"] = _plain(of.hours) if of.hours else None
    return {**values, "page_hours": {page: _plain(hours) for page, hours in sorted(of.page_hours.items())}}


def _plain(hours: Hours) -> Hours:
    """A week without hours is written in one way: left out."""
    return msgspec.structs.replace(hours, week=NEVER) if hours.week == NEVER else hours


def _by_name(part: Any, queues: Queues) -> Any:
    if not isinstance(part, Agents):
        return part
    is_general = part.queue_id is None or part.queue_id == queues.general_id
    name = "" if is_general else queues.names.get(part.queue_id or 0, "")
    return HandOver(id=part.id, name=part.name, queue=name, priority=part.priority, text=part.text)


def _by_id(part: Any, queues: Queues) -> Any:
    if not isinstance(part, HandOver):
        return part
    reference = queues.refer(part.queue) if part.queue else None
    queue_id = None if reference is None or reference == queues.general_id else queues.settle(reference)
    return Agents(id=part.id, name=part.name, queue_id=queue_id, priority=part.priority, text=part.text)


def _unknown_queues(does: Does, queues: Queues) -> list[str]:
    named = [part.queue for part in does.parts if isinstance(part, HandOver) and part.queue]
    return [missing(name) for name in dict.fromkeys(named) if queues.refer(name) is None]


def _uncountable(does: Does) -> Iterator[str]:
    """What a form would cut off, or has no field for."""
    if len(does.parts) > MOST_PARTS:
        yield f"It has {len(does.parts)} parts; at most {MOST_PARTS} are possible."
    if len(does.page_hours) > MOST_PAGES:
        yield f"It has hours of {len(does.page_hours)} pages; at most {MOST_PAGES} are possible."
    if any(len(part.choices) > MOST_CHOICES for part in does.parts if isinstance(part, Menu)):
        yield f"A menu has more than {MOST_CHOICES} quick replies."
    for hours in (does.hours, *does.page_hours.values()):
        if hours is not None:
            yield from _wrong_hours(hours)


def _wrong_hours(hours: Hours) -> Iterator[str]:
    if len(hours.week) != 7:
        yield f"The week of its hours has {len(hours.week)} days; it needs seven, Monday first."
    if len(hours.holidays) > MOST_HOLIDAYS:
        yield f"Its hours have more than {MOST_HOLIDAYS} holidays."
    days = (*hours.week, *(one.spans for one in hours.holidays))
    if any(len(spans) > MOST_SPANS for spans in days):
        yield f"A day of its hours has more than {MOST_SPANS} spans."


def _fields(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """As a browser sends them."""
    for name, value in data.items():
        match value:
            case dict():
                yield from _fields(value, f"{prefix}{name}-")
            case list():
                yield from _fields({str(place): one for place, one in enumerate(value)}, f"{prefix}{name}-")
            case bool():
                yield from [(prefix + name, "y")] if value else []
            case _:
                yield prefix + name, "" if value is None else str(value)


EMPTY = msgspec.structs.replace(Does(), parts=())
"""What a new flow is compared with."""
