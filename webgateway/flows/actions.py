"""What a flow has done by whoever runs it: conversations, or the editor's preview.

Texts hold fields as they were written: fill them (texts.fill) with what is known of the contact, and
hours.fields(hours.hours_of(…), at).
"""

from datetime import datetime
from typing import Any

from .definition import Value


class QuickReply(Value, frozen=True):
    """`type` is text, email or phone; the last two have no title nor payload (contract 7.2). The payload of a
    menu's is wg:<part id>:<its place, from 0>, of who would rather not answer wg:<part id>:skip."""

    type: str
    title: str = ""
    payload: str = ""

    def row(self) -> dict[str, Any]:
        """As Message.quick_replies holds it."""
        if self.type != "text":
            return {"type": self.type}
        return {"type": "text", "title": self.title, "payload": self.payload}


class Say(Value, frozen=True):
    text: str
    quick_replies: tuple[QuickReply, ...] = ()


class Ask(Value, frozen=True):
    """`kind` is email or phone; `text` and `quick_replies` go out as those of Say."""

    kind: str
    text: str
    quick_replies: tuple[QuickReply, ...] = ()


class Know(Value, frozen=True):
    """The customer gave it: `value` is valid."""

    kind: str
    value: str


class HandOver(Value, frozen=True):
    """To a queue's agents, None: the general one; to be offered not before `held_until`. `text` is said to
    the customer first, where there is one."""

    queue_id: int | None = None
    priority: int = 0
    held_until: datetime | None = None
    text: str = ""


class CallBot(Value, frozen=True):
    """Tell the bot of this part: that it has the conversation now where it `begins`, else what the customer
    said."""

    part: str
    begins: bool = False


class Close(Value, frozen=True):
    """The conversation ends, with the closing message."""


Action = Say | Ask | Know | HandOver | CallBot | Close


class Turn(Value, frozen=True):
    """`actions` to do in their order. `part`: where the flow waits for the customer (or its bot) now; None:
    it is done, agents have the conversation or it is closed. `tries`: how often it was asked there in vain.
    `offline`: the offline message was said."""

    actions: tuple[Action, ...] = ()
    part: str | None = None
    tries: int = 0
    offline: bool = False
