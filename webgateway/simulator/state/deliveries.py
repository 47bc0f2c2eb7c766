from dataclasses import dataclass, field
from typing import Any

QUEUED, DONE, DROPPED = "queued", "done", "dropped"


@dataclass
class Attempt:
    at: float
    status: int
    """0 = no answer at all"""
    milliseconds: int
    answer: str = ""


@dataclass
class Delivery:
    """One POST to an app: a webhook, or a signed form (deauthorize)."""

    id: str
    app: str
    asset: str
    """Page or Instagram account; empty for forms"""
    url: str
    payload: dict[str, Any]
    created: float
    next_at: float
    kind: str = "webhook"
    loose: bool = False
    """Held back by a fault: others may overtake it."""
    state: str = QUEUED
    note: str = ""
    sent_body: str = ""
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def queue(self) -> str:
        return f"{self.app}:{self.asset}"
