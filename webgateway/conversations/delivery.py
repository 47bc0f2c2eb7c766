"""How far a message to the customer has come, told from its parts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ..meta import errors
from . import pace
from .models import Message, Part
from .outcome import ARRIVED

NO_LOGIN = "No login lets us write for this page."
IN_TIME = "It goes out when the page is reconnected, unless Meta's 24 hours are over by then."
IN_A_WEEK = "It goes out when the page is reconnected, unless the comment is older than seven days by then."
WORDS = {"sent": "Sent", "delivered": "Delivered", "read": "Read"}


@dataclass(frozen=True)
class Delivery:
    """`tone` as in badges.html; `again`: a person may decide to send the rest again; `unclear`: or to say it
    did arrive; `next_try_at`: we try by ourselves; `paused_until`: Meta takes nothing before."""

    text: str
    tone: str = "quiet"
    error: str | None = None
    remedy: str | None = None
    again: bool = False
    unclear: bool = False
    next_try_at: datetime | None = None
    paused_until: datetime | None = None
    code: str | None = None
    """Meta's code and subcode, as the catalogue of errors names them."""

    @property
    def as_usual(self) -> bool:
        """There is no more to it than `text`."""
        return self.tone == "quiet" and not (self.error or self.again or self.unclear or self.paused_until)


def of(message: Message, stranded: bool = False) -> Delivery | None:
    """None for what was not sent from here. `stranded`: nobody's login covers the page."""
    parts = message.parts
    if not parts:
        return None
    arrived = sum(part.state in ARRIVED for part in parts)
    some = f"{arrived} of {len(parts)} sent" if arrived and len(parts) > 1 else None
    for states, text, tone in ((("failed",), "Not sent", "bad"), (("unclear", "held"), "Unclear", "warn")):
        troubled = [part for part in parts if part.state in states]
        if troubled:
            first = troubled[0]
            return Delivery(
                some or text, tone, first.error, first.remedy, True, text == "Unclear", code=_code(first)
            )
    waiting = [part for part in parts if part.state == "waiting"]
    if waiting and stranded:
        remedy = IN_A_WEEK if message.comment_id else IN_TIME
        return Delivery(some or "Waiting", "warn", NO_LOGIN, remedy)
    if waiting:
        paused_until = pace.paused_until(waiting[0].page)
        if paused_until:
            return Delivery(some or "Paused", "warn", paused_until=paused_until)
        refused = next((part for part in waiting if part.error), None)
        if refused:
            return Delivery(
                some or "Trying again",
                "warn",
                refused.error,
                refused.remedy,
                next_try_at=refused.next_try_at,
                code=_code(refused),
            )
        return Delivery(some or "Waiting")
    return Delivery(word(part.state for part in parts))


def word(states: Iterable[str]) -> str:
    """Of parts that have all arrived: as far as the last of them has come."""
    return WORDS[min(states, key=ARRIVED.index)]


def _code(part: Part) -> str | None:
    meant = errors.explain(part.error_code, part.error_subcode)
    return meant.name if meant else None
