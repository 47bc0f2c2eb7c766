"""What a flow does, as one value: it is written in the editor, kept with each version, and exported.

A flow begins with its opening message, looks at the working hours and goes to its `first` part. Texts may
hold fields of the customer and the page, {{ contact.name }}.
"""

from typing import Any

import msgspec
from sqlalchemy import JSON, Dialect, TypeDecorator


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Compared by what it holds, and never changed: another value takes its place."""


class Span(Value, frozen=True):
    """From and until, as HH:MM on the clock of the hours' time zone; 24:00 at the latest, after `opens`."""

    opens: str
    closes: str


class Holiday(Value, frozen=True):
    """A date, YYYY-MM-DD, on which other hours hold than on its weekday; none: closed."""

    date: str
    name: str = ""
    spans: tuple[Span, ...] = ()


class Hours(Value, frozen=True):
    """`week` has seven entries, Monday first. `time_zone` is an IANA name."""

    time_zone: str = "UTC"
    week: tuple[tuple[Span, ...], ...] = ((), (), (), (), (), (), ())
    holidays: tuple[Holiday, ...] = ()


class Idle(Value, frozen=True):
    """Minutes without a word from the customer; None: never. Whom we owe an answer is never idle."""

    remind_after: int | None = None
    reminder: str = ""
    close_after: int | None = None


class Step(Value, frozen=True):
    """Something the flow does. `id` is made once and never shown; `name` is what people call it.

    `then` is the id of the part that follows; empty: the next in the list.
    """

    id: str
    name: str = ""


class Say(Step, frozen=True, kw_only=True, tag_field="kind", tag="say"):
    text: str
    then: str = ""


class Choice(Value, frozen=True):
    """A quick reply: `title` of 20 characters at most (contract 7.2), leading to the part `then`."""

    title: str
    then: str = ""


class Menu(Step, frozen=True, kw_only=True, tag_field="kind", tag="menu"):
    """Asks by quick replies, 13 at most. Who answers in other words is asked again, `tries` times in all,
    then goes to `otherwise`."""

    text: str
    choices: tuple[Choice, ...] = ()
    tries: int = 2
    otherwise: str = ""


class Ask(Step, frozen=True, kw_only=True, tag_field="kind", tag="ask"):
    """For an e-mail address or a telephone number, which is kept with the customer: `what` is email or phone.

    `again` is said when the answer is none; `skip` is the title of a quick reply for who would rather not.
    """

    what: str
    text: str
    again: str = ""
    skip: str = ""
    tries: int = 2
    then: str = ""


class Bot(Step, frozen=True, kw_only=True, tag_field="kind", tag="bot"):
    """A program that answers by HTTP at `url`. When it hands over, fails for good or says nothing for
    `patience` seconds, the flow goes on with `then`."""

    url: str
    patience: int = 60
    then: str = ""


class Agents(Step, frozen=True, kw_only=True, tag_field="kind", tag="agents"):
    """Hands over to the agents of a queue; None, or one that is gone: the tenant's general one. The higher
    the `priority` (-1, 0 or 1), the sooner."""

    queue_id: int | None = None
    priority: int = 0
    text: str = ""


class Close(Step, frozen=True, kw_only=True, tag_field="kind", tag="close"):
    """Ends the conversation with the closing message."""


Part = Say | Menu | Ask | Bot | Agents | Close


class Definition(Value, frozen=True, omit_defaults=False):
    """`page_hours` are those of single pages, by Meta's id of the page. While closed, `offline_message` is
    said once in a conversation; `closed_first` is the part it then goes to, empty: `first`."""

    opening_message: str = ""
    hours: Hours | None = None
    page_hours: dict[str, Hours] = {}
    offline_message: str = ""
    closed_first: str = ""
    first: str = ""
    parts: tuple[Part, ...] = (Agents(id="agents", name="Agents"),)
    closing_message: str = ""
    idle: Idle = Idle()

    def part(self, part_id: str | None) -> Part | None:
        return next((part for part in self.parts if part.id == part_id), None)


class DefinitionColumn(TypeDecorator[Definition]):
    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Definition | None, dialect: Dialect) -> Any:
        return None if value is None else msgspec.to_builtins(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Definition | None:
        return None if value is None else msgspec.convert(value, Definition)
