import dataclasses
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

from webgateway.simulator.revive import revive
from webgateway.simulator.world import World


class Snapshot:
    """Writes the world to a file, at most once per `delay` seconds: a restart goes on where it was."""

    def __init__(self, path: Path, lock: threading.RLock, delay: float) -> None:
        self.path = path
        self.lock = lock
        self.delay = delay
        self.timer: threading.Timer | None = None

    def load(self) -> World | None:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        world: World = revive(World, json.loads(text))
        return world

    def soon(self, save: Callable[[], None]) -> None:
        with self.lock:
            if self.timer is None:
                self.timer = threading.Timer(self.delay, save)
                self.timer.daemon = True
                self.timer.start()

    def write(self, world: World) -> None:
        with self.lock:
            self.timer = None
            text = json.dumps(dataclasses.asdict(world), ensure_ascii=False)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.path.with_suffix(".writing")
            beside.write_text(text, encoding="utf-8")
            os.replace(beside, self.path)
