"""Meta's clock, as its answers tell it: a timed proof is good for five minutes of its time (contract 5)."""

import logging
import time
from email.utils import parsedate_to_datetime

log = logging.getLogger(__name__)

LARGEST = 60
"""Seconds our clock may be off: an answer takes its time, too, and Meta's `Date` counts whole seconds."""
WARN_EVERY = 3600.0


class Clock:
    def __init__(self) -> None:
        self.ahead = 0.0
        """Seconds by which Meta's clock is ahead of ours, when last heard; 0 within LARGEST."""
        self.warned_at: float | None = None

    def now(self) -> int:
        """Meta's time, in seconds since the epoch."""
        return int(time.time() + self.ahead)

    def hear(self, date: str | None) -> None:
        """The `Date` of an answer of this moment."""
        try:
            told = parsedate_to_datetime(date or "").timestamp()
        except (ValueError, OverflowError):
            return
        ahead = told - time.time()
        self.ahead = ahead if abs(ahead) > LARGEST else 0.0
        if self.ahead:
            self._warn()

    def _warn(self) -> None:
        now = time.monotonic()
        if self.warned_at is None or now - self.warned_at > WARN_EVERY:
            self.warned_at = now
            which = "behind" if self.ahead > 0 else "ahead of"
            log.warning("our clock is %.0f seconds %s Meta's: set it right", abs(self.ahead), which)


clock = Clock()
"""One for the process: every answer is from the same Meta."""
