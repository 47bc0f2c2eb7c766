"""What the tests of incoming events look at."""

import itertools
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from tests.deliveries import NOON, PAGE, PETER, text
from webgateway.conversations.models import Conversation, Message
from webgateway.db import db, utcnow
from webgateway.journal.models import Event

INSTAGRAM = "17841400000000042"


def item(at: int = NOON, **members: Any) -> dict[str, Any]:
    return {"sender": {"id": PETER}, "recipient": {"id": PAGE}, "timestamp": at, **members}


def messages() -> list[Message]:
    return list(db.session.scalars(select(Message).order_by(Message.occurred_at, Message.id)))


def conversation() -> Conversation:
    """The only one there is."""
    return db.session.scalars(select(Conversation)).one()


def close() -> Conversation:
    closed = conversation()
    closed.closed_at = utcnow()
    db.session.commit()
    return closed


def events() -> list[Event]:
    return list(db.session.scalars(select(Event).order_by(Event.id)))


def last_event() -> Event:
    return events()[-1]


class Clock:
    """What all of webgateway takes for the time. In the future, so that all work that waits is due."""

    def __init__(self, monkeypatch: Any) -> None:
        self.now = datetime(2030, 1, 7, 10, tzinfo=UTC)
        for name, module in list(sys.modules.items()):
            if name.startswith("webgateway.") and hasattr(module, "utcnow"):
                monkeypatch.setattr(module, "utcnow", lambda: self.now)

    def forward(self, **passed: float) -> None:
        self.now += timedelta(**passed)

    @property
    def milliseconds(self) -> int:
        return int(self.now.timestamp() * 1000)


class Customer:
    def __init__(self, receive: Any, clock: Clock) -> None:
        self.receive, self.clock = receive, clock
        self.mids = itertools.count(1)

    def __call__(self, words: str = "Hi", payload: str | None = None, **more: Any) -> None:
        if payload:
            more["quick_reply"] = {"payload": payload}
        self.receive(self.writes(words, **more))

    def writes(self, words: str = "Hi", by: str = PETER, **more: Any) -> dict[str, Any]:
        """A second later than before, as Meta delivers it."""
        self.clock.forward(seconds=1)
        return text(words, f"m_{next(self.mids)}_{by}", by, at=self.clock.milliseconds, **more)

    def sends_a_picture(self) -> None:
        self.clock.forward(seconds=1)
        message = {
            "mid": f"m_{next(self.mids)}",
            "attachments": [{"type": "image", "payload": {"url": "https://x.example/a.jpg"}}],
        }
        self.receive(item(self.clock.milliseconds, message=message))


def said(author: str = "flow") -> list[str]:
    return [message.text for message in messages() if message.author == author]


def offered() -> list[Any]:
    """The quick replies of the newest message."""
    return messages()[-1].quick_replies or []
