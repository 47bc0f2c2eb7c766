"""What taking an event comes to, and when it happened."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..db import utcnow
from ..meta.events import Event
from .models import Conversation

# Meta's clock may be a little ahead of ours; further ahead is a wrong time, and ours is taken.
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True)
class Outcome:
    """`outcome` and `reason` as the journal keeps them, the conversation it touched, and `withdrawn`: the mid
    of a message of which the journal shall keep no word."""

    outcome: str
    reason: str | None = None
    conversation: Conversation | None = None
    withdrawn: str | None = None


def moment(event: Event) -> datetime:
    return believed(event.at)


def believed(at: datetime | None) -> datetime:
    """Meta's time, or ours where it told none or a wrong one."""
    now = utcnow()
    return at if at is not None and at < now + AHEAD else now
