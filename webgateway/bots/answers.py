"""What a bot may answer, in the response to its call or through the API."""

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

LONGEST = 4000
"""Characters of a text; what is longer than Meta takes at once goes out in parts."""
MOST_MESSAGES = 10
SOMETHING = r"[^\s\x00]"

Text = Annotated[str, Meta(max_length=LONGEST, pattern=SOMETHING)]
Title = Annotated[str, Meta(max_length=20, pattern=SOMETHING)]


Body = TypeVar("Body", bound=Struct)


class Wrong(Exception):  # noqa: N818
    """What is wrong with it, in words for who writes the bot. `pointer` leads to the place: RFC 6901.
    `readable`: it is JSON."""

    def __init__(self, words: str, pointer: str = "", readable: bool = True) -> None:
        super().__init__(words)
        self.words, self.pointer, self.readable = words, pointer, readable


class NewMessage(Struct, frozen=True, forbid_unknown_fields=True):
    """Something to say. Each of the quick replies is a button; tapped, it comes back as a message of the kind
    quick_reply whose payload is its title (contract of Meta's: 13 at most, 20 characters each)."""

    text: Text
    quick_replies: Annotated[list[Title], Meta(max_length=13)] = []


class HandOver(Struct, frozen=True, forbid_unknown_fields=True):
    """To the agents of the queue of this name; without one the flow goes on with the part after the bot. The
    higher the priority, the sooner."""

    queue: str = ""
    priority: Annotated[int, Meta(ge=-1, le=1)] = 0


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """First the messages are said, then the conversation is handed over or closed, if so."""

    messages: Annotated[list[NewMessage], Meta(max_length=MOST_MESSAGES)] = []
    hand_over: bool | HandOver = False
    close: bool = False

    def __post_init__(self) -> None:
        if self.hand_over is not False and self.close:
            raise ValueError("Either `hand_over` or `close`, not both")

    @property
    def wish(self) -> HandOver | None:
        return HandOver() if self.hand_over is True else self.hand_over or None

    def __bool__(self) -> bool:
        return bool(self.messages or self.hand_over or self.close)


def read(body: bytes, kind: type[Body]) -> Body:
    """Raises Wrong."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        words, _, place = str(error).partition(" - at `$")
        raise Wrong(f"{words}.", _pointer(place)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Wrong("It is not JSON.", readable=False) from error


def _pointer(place: str) -> str:
    """msgspec writes `.messages[2].text`, with `...` where it knows no key."""
    names = place.rstrip("`").replace("[", ".").replace("]", "").split(".")
    return "".join(f"/{name}" for name in names if name)
