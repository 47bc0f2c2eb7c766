"""What became of an event, and when it happened."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..db import utcnow
from ..meta.events import Event
from .models import Conversation

# Meta's clock may be a little ahead of ours; further ahead is a wrong time, and ours is taken.
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True)
class Outcome:
    """`outcome` and `reason` as the journal keeps them, and the conversation it touched."""

    outcome: str
    reason: str | None = None
    conversation: Conversation | None = None


def believed(at: datetime | None) -> datetime:
    """Meta's time, or ours where it told none or a wrong one."""
    now = utcnow()
    return at if at is not None and at < now + AHEAD else now


def time_of(event: Event) -> datetime:
    return believed(event.at)
