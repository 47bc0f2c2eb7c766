"""What a flow does next: pure, so that conversations and the editor's preview follow the same rules.

    begin(definition, at, page_meta_id)                      a conversation has begun
    heard(definition, position, text, payload, tries, at …)  the customer wrote, or pressed a quick reply
    enter(definition, part_id, at …)                         go to a part
    after(definition, part_id, at …)                         go on with what follows a part: its bot is done
    hand_over(definition, queue_id, priority, at …)          to the agents of a queue that its bot chose

Each answers with a Turn. `position` and `tries` are the `part` and `tries` of the turn before; `offline_said`
tells whether the offline message was said in this conversation already: it is said once.

At the end of the list the customer goes to the general queue: nobody is left alone. While it is closed, what
agents get is held until the next opening; they are announced (by the part's text) only where no offline
message tells better.
"""

from collections.abc import Callable
from datetime import datetime

from . import answers, definition
from .actions import Action, Ask, CallBot, Close, HandOver, Know, QuickReply, Say, Turn
from .definition import Definition
from .hours import hours_of, is_open, next_opening

__all__ = ["Action", "Ask", "CallBot", "Close", "HandOver", "Know", "QuickReply", "Say", "Turn"]
__all__ += ["after", "begin", "enter", "hand_over", "heard"]

Valid = Callable[[str, str], str | None]


def begin(
    does: Definition, at: datetime, page_meta_id: str | None = None, offline_said: bool = False
) -> Turn:
    walk = _Walk(does, at, page_meta_id, offline_said)
    walk.say(does.opening_message)
    first = does.first
    if not walk.open:
        walk.say_offline()
        first = does.closed_first or first
    return walk.enter(first or walk.at_place(0))


def enter(
    does: Definition, part_id: str, at: datetime, page_meta_id: str | None = None, offline_said: bool = False
) -> Turn:
    return _Walk(does, at, page_meta_id, offline_said).enter(part_id)


def after(
    does: Definition, part_id: str, at: datetime, page_meta_id: str | None = None, offline_said: bool = False
) -> Turn:
    walk = _Walk(does, at, page_meta_id, offline_said)
    return walk.go_on(part_id, getattr(does.part(part_id), "then", ""))


def hand_over(
    does: Definition,
    queue_id: int,
    priority: int,
    at: datetime,
    page_meta_id: str | None = None,
    offline_said: bool = False,
) -> Turn:
    chosen = definition.Agents(id="", queue_id=queue_id, priority=priority)
    return _Walk(does, at, page_meta_id, offline_said).hand_over(chosen)


def heard(
    does: Definition,
    position: str | None,
    text: str,
    payload: str | None,
    tries: int,
    at: datetime,
    page_meta_id: str | None = None,
    offline_said: bool = False,
    valid: Valid = answers.valid,
) -> Turn:
    """Nothing where `position` is None. A press on a quick reply of an older menu leads where it says. `text`
    is empty where it was only a picture."""
    if position is None:
        return Turn()
    walk = _Walk(does, at, page_meta_id, offline_said)
    part = does.part(position)
    if isinstance(part, definition.Bot):
        return Turn((CallBot(part.id),), part.id)
    if (pressed := _pressed(does, payload)) is not None:
        return walk.go_on(*pressed)
    if isinstance(part, definition.Menu):
        return walk.choose(part, text, tries)
    if isinstance(part, definition.Ask):
        return walk.answer(part, text, payload, tries, valid)
    return walk.enter(position)


class _Walk:
    """From part to part, until one waits for the customer or the flow is done."""

    def __init__(self, does: Definition, at: datetime, page_meta_id: str | None, offline_said: bool) -> None:
        self.does, self.at, self.offline_said = does, at, offline_said
        self.hours = hours_of(does, page_meta_id)
        self.open = is_open(self.hours, at)
        self.actions: list[Action] = []
        self.offline = False

    def say(self, text: str, quick_replies: tuple[QuickReply, ...] = ()) -> None:
        if text.strip():
            self.actions.append(Say(text, quick_replies))

    def say_offline(self) -> None:
        if self.does.offline_message.strip() and not self.offline_said:
            self.say(self.does.offline_message)
            self.offline = self.offline_said = True

    def at_place(self, place: int) -> str:
        return self.does.parts[place].id if place < len(self.does.parts) else ""

    def go_on(self, part_id: str, then: str) -> Turn:
        """With `then`, or what stands next in the list."""
        return self.enter(then or self._next(part_id))

    def enter(self, part_id: str) -> Turn:
        """A part that is not there, or the same one twice without a word of the customer's: to the agents."""
        passed: set[str] = set()
        while part_id not in passed:
            passed.add(part_id)
            match self.does.part(part_id):
                case definition.Say() as part:
                    self.say(part.text)
                    part_id = part.then or self._next(part.id)
                case definition.Menu() as part:
                    return self.wait(part, Say(part.text, menu(part)))
                case definition.Ask() as part:
                    return self.wait(part, Ask(part.what, part.text, replies(part)))
                case definition.Bot() as part:
                    return self.wait(part, CallBot(part.id, begins=True))
                case definition.Close():
                    return self.done(Close())
                case definition.Agents() as part:
                    return self.hand_over(part)
                case None:
                    break
        return self.hand_over(definition.Agents(id=""))

    def choose(self, part: definition.Menu, text: str, tries: int) -> Turn:
        place = _chosen(part, text)
        if place is not None:
            return self.go_on(part.id, part.choices[place].then)
        if tries + 1 < part.tries:
            return self.wait(part, Say(part.text, menu(part)), tries + 1)
        return self.go_on(part.id, part.otherwise)

    def answer(self, part: definition.Ask, text: str, payload: str | None, tries: int, valid: Valid) -> Turn:
        """Where the customer pressed their address, it is the payload (contract 7.2)."""
        if _skipped(part, text, payload):
            return self.go_on(part.id, part.then)
        value = (payload and valid(part.what, payload)) or valid(part.what, text)
        if value:
            self.actions.append(Know(part.what, value))
            return self.go_on(part.id, part.then)
        if tries + 1 < part.tries:
            return self.wait(part, Ask(part.what, part.again or part.text, replies(part)), tries + 1)
        return self.go_on(part.id, part.then)

    def wait(self, part: definition.Step, action: Action, tries: int = 0) -> Turn:
        return Turn((*self.actions, action), part.id, tries, self.offline)

    def done(self, action: Action) -> Turn:
        return Turn((*self.actions, action), offline=self.offline)

    def hand_over(self, part: definition.Agents) -> Turn:
        if self.open:
            return self.done(HandOver(part.queue_id, part.priority, text=part.text))
        self.say_offline()
        text = "" if self.offline_said else part.text
        return self.done(HandOver(part.queue_id, part.priority, next_opening(self.hours, self.at), text))

    def _next(self, part_id: str) -> str:
        ids = [part.id for part in self.does.parts]
        return self.at_place(ids.index(part_id) + 1) if part_id in ids else ""


def menu(part: definition.Menu) -> tuple[QuickReply, ...]:
    return tuple(
        QuickReply("text", choice.title, f"wg:{part.id}:{place}") for place, choice in enumerate(part.choices)
    )


def replies(part: definition.Ask) -> tuple[QuickReply, ...]:
    rather_not = (QuickReply("text", part.skip, f"wg:{part.id}:skip"),) if part.skip else ()
    return (QuickReply(part.what), *rather_not)


def _pressed(does: Definition, payload: str | None) -> tuple[str, str] | None:
    """The menu a payload is of, and where its choice leads."""
    mark, _, rest = (payload or "").partition(":")
    part_id, _, place = rest.rpartition(":")
    part = does.part(part_id) if mark == "wg" else None
    if isinstance(part, definition.Menu) and place.isdecimal() and int(place) < len(part.choices):
        return part.id, part.choices[int(place)].then
    return None


def _chosen(part: definition.Menu, text: str) -> int | None:
    """By its title, or by its number, from 1: who sees no buttons types."""
    said, titles = _plain(text), [_plain(choice.title) for choice in part.choices]
    if said and said in titles:
        return titles.index(said)
    return int(said) - 1 if said in map(str, range(1, len(titles) + 1)) else None


def _skipped(part: definition.Ask, text: str, payload: str | None) -> bool:
    typed = _plain(text) == _plain(part.skip)
    return bool(part.skip) and (typed or payload == f"wg:{part.id}:skip")


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold().rstrip(".!")
