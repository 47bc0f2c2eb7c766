"""Bodies that only the API has; the others are in answers.py and conversations/bot_sight.py."""

from msgspec import UNSET, Struct, UnsetType

from ..conversations.bot_sight import Message


class Messages(Struct, frozen=True):
    """In the order they came here. `more`: ask again `after` the last one."""

    messages: list[Message]
    more: bool


class Facts(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the customer told the bot: an e-mail address, a telephone number with its country's code, or
    both."""

    email: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET


class Fault(Struct, frozen=True):
    """`pointer` leads to the place in the body (RFC 6901); empty, it is the body itself."""

    pointer: str
    detail: str


class Problem(Struct, frozen=True, omit_defaults=True):
    """RFC 9457. Programs look at `code`, people read `detail`."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[Fault] = []
