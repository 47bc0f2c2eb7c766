"""What is wrong, or at least odd, about a flow as a whole."""

from collections.abc import Iterator

from . import texts
from .definition import Agents, Ask, Bot, Close, Definition, Menu, Part, Say
from .words import called

END = ""
"""After the last part of the list: the general queue."""


def circles(does: Definition) -> list[str]:
    """The ids of parts that lead back to themselves while nothing waits for the customer. A bot does not: one
    that fails at once would be called for ever."""
    hasty = {part.id: part for part in does.parts if isinstance(part, Say | Bot)}
    ways = {key: [to for to in leads_to(does, part) if to in hasty] for key, part in hasty.items()}
    return [key for key in ways if key in _reached(ways, ways[key])]


def oddities(does: Definition) -> list[str]:
    """Sentences about what works, but is hardly meant."""
    return [*_never_reached(does), *_without_end(does), *_about_hours(does), *_about_bots(does)]


def leads_to(does: Definition, part: Part) -> list[str]:
    """The ids of the parts that may follow, and END."""
    ids = [one.id for one in does.parts]
    after = ids.index(part.id) + 1
    following = ids[after] if after < len(ids) else END
    match part:
        case Menu():
            wanted = [*(choice.then for choice in part.choices), part.otherwise]
        case Agents() | Close():
            return []
        case Say() | Ask() | Bot():
            wanted = [part.then]
    return [then or following for then in wanted]


def _ways(does: Definition) -> dict[str, list[str]]:
    return {part.id: leads_to(does, part) for part in does.parts}


def _reached(ways: dict[str, list[str]], starts: list[str]) -> set[str]:
    reached: set[str] = set()
    ahead = list(starts)
    while ahead:
        part_id = ahead.pop()
        if part_id not in reached:
            reached.add(part_id)
            ahead += ways.get(part_id, [])
    return reached


def starts(does: Definition) -> list[str]:
    first = does.first or next((part.id for part in does.parts), END)
    limited = does.hours is not None or does.page_hours
    return [first, does.closed_first] if limited and does.closed_first else [first]


def _never_reached(does: Definition) -> Iterator[str]:
    reached = _reached(_ways(does), starts(does))
    for part in does.parts:
        if part.id not in reached:
            yield f"{called(does, part)} is never reached: nothing leads to it."


def _without_end(does: Definition) -> Iterator[str]:
    ways = _ways(does)
    reached = _reached(ways, starts(does))
    ends = {part.id for part in does.parts if isinstance(part, Agents | Close)} | {END}
    for part in does.parts:
        if part.id in reached and END in ways[part.id]:
            yield (
                f"Nothing follows {called(does, part)}: who gets past it goes to the agents of the "
                "general queue. Add Agents or Close to say so yourself."
            )
        if part.id in reached and not ends & ({part.id} | _reached(ways, ways[part.id])):
            yield f"From {called(does, part)} on, customers come neither to agents nor to an end."


def _about_hours(does: Definition) -> Iterator[str]:
    limited = does.hours is not None or bool(does.page_hours)
    if limited and not does.offline_message:
        yield "There are working hours and no offline message: who writes while it is closed is told nothing."
    if does.offline_message and not limited:
        yield "There is an offline message and there are no working hours: it is never said."
    told = [does.opening_message, does.closing_message, does.idle.reminder]
    told += [text for part in does.parts for text in (getattr(part, "text", ""), getattr(part, "again", ""))]
    if not limited and any(name.startswith("next_opening") for text in told for name in texts.of(text)):
        yield "A text speaks of the next opening, and there are no working hours: the field stays empty."


def _about_bots(does: Definition) -> Iterator[str]:
    for part in does.parts:
        if isinstance(part, Bot) and part.url.startswith("http:"):
            yield f"{called(does, part)} is told over http: who listens on the way can read along."
