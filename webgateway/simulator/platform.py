import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import current_app

from webgateway.simulator.clock import Clock
from webgateway.simulator.settings import Settings
from webgateway.simulator.snapshot import Snapshot
from webgateway.simulator.state.faults import Fault
from webgateway.simulator.world import World

KEEP = 1000
"""Calls and finished deliveries kept for reading."""


@dataclass(frozen=True)
class File:
    name: str
    media_type: str
    content: bytes


class Platform:
    """The simulated Meta at work: its world, its clock, and one lock around both."""

    def __init__(self, settings: Settings, state_file: Path | None) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.work = threading.Condition(self.lock)
        self.snapshot = Snapshot(state_file, self.lock, settings.snapshot_delay) if state_file else None
        self.world = World()
        self.clock = Clock()
        self.files: dict[str, File] = {}
        """by number of an upload; not kept over a restart"""
        self.recent: dict[str, list[float]] = {}
        """what → when it was done in the last second"""

    @property
    def time_scale(self) -> float:
        """What retry delays and the 15 min / 1 h rules are multiplied by."""
        return self.world.time_scale or self.settings.time_scale

    def meta_time(self) -> float:
        """What Meta's own clocks say: the simulated time, or beside it while the fault is on."""
        skew = next((fault for fault in self.world.faults if fault.name == "clock_skew"), None)
        return self.clock.now() + (float(skew.argument or 3600) if skew else 0.0)

    def adopt(self, world: World) -> None:
        with self.lock:
            self.world = world
            self.clock.offset = world.clock_offset
            self.changed()

    def changed(self) -> None:
        """To be called after every change: keeps it, and wakes the deliverer."""
        with self.lock:
            self.world.clock_offset = self.clock.offset
            del self.world.calls[:-KEEP]
            if self.snapshot:
                self.snapshot.soon(self.save)
            self.work.notify_all()

    def save(self) -> None:
        if self.snapshot:
            self.snapshot.write(self.world)

    def within_limit(self, what: str, a_second: int) -> bool:
        """Counts one more of these; False when there were enough in the last second."""
        now = time.monotonic()
        with self.lock:
            recent = [at for at in self.recent.get(what, []) if now - at < 1]
            allowed = len(recent) < a_second
            self.recent[what] = [*recent, now] if allowed else recent
        return allowed

    def fault(self, name: str, method: str = "", path: str = "", page: str = "") -> Fault | None:
        """The switched-on fault of this name that matches, counted as hit."""
        with self.lock:
            for fault in self.world.faults:
                if fault.name == name and fault.matches(method, path, page):
                    fault.hit()
                    return fault
        return None


def platform() -> Platform:
    return cast(Platform, current_app.extensions["simulator"])
