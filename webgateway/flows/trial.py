"""A flow tried out: a talk that nobody has. Nothing is kept and nothing is sent; all there is of it travels
with the page it is shown on, signed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from itsdangerous import BadData, URLSafeSerializer

from . import hours, steps, texts
from .definition import Bot, Definition, Value
from .steps import Action, Turn
from .words import name_of

SAMPLE = {
    "contact.name": "Maria Example",
    "contact.first_name": "Maria",
    "agent.name": "Sam",
}
OWN = {"email": "maria@example.com", "phone": "+12025550143"}
"""What Meta knows of her and offers as a quick reply."""
KNOWN = {"email": "E-mail address", "phone": "Telephone number"}
LONGEST = 60
"""Lines that are kept of a talk."""


class Line(Value, frozen=True):
    """`side` is in (the customer), out or note, as bubbles have it."""

    side: str
    text: str


class Offer(Value, frozen=True):
    title: str
    payload: str


class Trial(Value, frozen=True):
    """`at` is when the talk takes place; `part` and `tries` as in a turn; `ended`: agents have it, or it is
    closed."""

    at: datetime
    page: str = ""
    lines: tuple[Line, ...] = ()
    offers: tuple[Offer, ...] = ()
    part: str | None = None
    tries: int = 0
    offline: bool = False
    knows: dict[str, str] = {}
    ended: str = ""


def begin(does: Definition, at: datetime, page: str, names: "Names") -> Trial:
    return _after(Trial(at, page), does, steps.begin(does, at, page), names)


def say(trial: Trial, does: Definition, text: str, payload: str | None, names: "Names") -> Trial:
    turn = steps.heard(does, trial.part, text, payload, trial.tries, trial.at, trial.page, trial.offline)
    return _after(_with(trial, Line("in", text)), does, turn, names)


def leave_bot(trial: Trial, does: Definition, names: "Names") -> Trial:
    turn = steps.after(does, trial.part or "", trial.at, trial.page, trial.offline)
    return _after(_with(trial, Line("note", "The bot hands over.")), does, turn, names)


class Names(Value, frozen=True):
    """What ids are called: queues by their id, None the general one; pages by Meta's."""

    queues: dict[int | None, str] = {}
    pages: dict[str, str] = {}


def waits_for_bot(trial: Trial, does: Definition) -> bool:
    return isinstance(does.part(trial.part), Bot)


def seal(trial: Trial, secret: str) -> str:
    return str(URLSafeSerializer(secret, salt="a flow tried out").dumps(msgspec.to_builtins(trial)))


def unseal(sealed: str, secret: str) -> Trial | None:
    """None where it was not sealed here."""
    try:
        return msgspec.convert(URLSafeSerializer(secret, salt="a flow tried out").loads(sealed), Trial)
    except (BadData, msgspec.ValidationError):
        return None


def _with(trial: Trial, *lines: Line) -> Trial:
    return msgspec.structs.replace(trial, lines=(*trial.lines, *lines)[-LONGEST:])


def _after(trial: Trial, does: Definition, turn: Turn, names: Names) -> Trial:
    trial = msgspec.structs.replace(
        trial, part=turn.part, tries=turn.tries, offers=(), offline=trial.offline or turn.offline
    )
    for action in turn.actions:
        trial = _done(trial, does, action, names)
    return trial


def _done(trial: Trial, does: Definition, action: Action, names: Names) -> Trial:
    def filled(text: str) -> tuple[Line, ...]:
        said = texts.fill(text, _fields(trial, does, names)).strip()
        return (Line("out", said),) if said else ()

    match action:
        case steps.Say() | steps.Ask():
            offers = tuple(
                Offer(reply.title or OWN[reply.type], reply.payload or OWN[reply.type])
                for reply in action.quick_replies
            )
            return msgspec.structs.replace(_with(trial, *filled(action.text)), offers=offers)
        case steps.Know():
            trial = msgspec.structs.replace(trial, knows={**trial.knows, action.kind: action.value})
            return _with(trial, Line("note", f"{KNOWN[action.kind]} kept: {action.value}"))
        case steps.CallBot():
            words = "The bot has the conversation" if action.begins else "The bot is told"
            return _with(
                trial, Line("note", f"{words}: {_called(does, action.part)}. It is not called here.")
            )
        case steps.HandOver():
            note = Line("note", _handed_over(action, does, trial, names))
            return _ended(_with(trial, *filled(action.text), note), "Agents have the conversation.")
        case steps.Close():
            lines = (*filled(does.closing_message), Line("note", "The conversation is closed."))
            return _ended(_with(trial, *lines), "The conversation is closed.")


def _ended(trial: Trial, words: str) -> Trial:
    return msgspec.structs.replace(trial, ended=words)


def _called(does: Definition, part_id: str) -> str:
    part = does.part(part_id)
    return name_of(part) if part else "?"


def _handed_over(action: steps.HandOver, does: Definition, trial: Trial, names: Names) -> str:
    queue = names.queues.get(action.queue_id) or names.queues.get(None, "General")
    held = action.held_until
    zone = hours.hours_of(does, trial.page)
    until = f", held until {held.astimezone(hours.zone(zone)):%Y-%m-%d %H:%M}" if held and zone else ""
    return f"Handed over to the agents of {queue}{until}."


def _fields(trial: Trial, does: Definition, names: Names) -> dict[str, str]:
    return {
        **SAMPLE,
        "page.name": names.pages.get(trial.page, "Your page"),
        **{f"contact.{kind}": value for kind, value in trial.knows.items()},
        **hours.fields(hours.hours_of(does, trial.page), trial.at),
    }


def zone_of(does: Definition, page: str, otherwise: ZoneInfo) -> ZoneInfo:
    """In which the time of a trial is chosen: the hours', else the viewer's."""
    own = hours.hours_of(does, page)
    return hours.zone(own) if own else otherwise
