"""Side work: one Huey, chosen by WEBGATEWAY_QUEUE_URL. A lost task costs nothing: the next round does it.

A part registers its work with `side_work` or `every`; only ids travel, never secrets or text.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask, current_app

from . import queue_storage
from .db import db
from .huey import Huey, crontab

log = logging.getLogger("webgateway.tasks")

PAUSE = 5.0
"""Seconds nobody waits again for a queue that did not answer."""

_side_work: dict[str, Callable[..., None]] = {}
_periodic: dict[str, tuple[Callable[[], None], Callable[[datetime], bool]]] = {}


class SideWork:
    """A function that runs in the worker: `later(id, …)` puts it in the queue, calling it runs it here."""

    def __init__(self, function: Callable[..., None]) -> None:
        self.function = function
        self.name = f"{function.__module__}.{function.__name__}"
        _side_work[self.name] = function

    def __call__(self, *args: int | str) -> None:
        self.function(*args)

    def later(self, *args: int | str) -> None:
        """Never fails: what could not be put in the queue is found by the next round."""
        tasks: Tasks = current_app.extensions["side_work"]
        if time.monotonic() < tasks.away_until:
            return
        try:
            tasks.by_name[self.name](*args)
        except Exception as error:  # noqa: BLE001 - each storage has its own errors
            tasks.away_until = time.monotonic() + PAUSE
            log.error("%s was not put in the queue: %s", self.name, type(error).__name__)


class Tasks:
    """This process's way into the queue."""

    def __init__(self, app: Flask, huey: Huey) -> None:
        self.away_until = 0.0
        self.by_name = {
            name: huey.task(name=name)(_in_context(app, function)) for name, function in _side_work.items()
        }


def side_work(function: Callable[..., None]) -> SideWork:
    return SideWork(function)


def every(**when: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Run in the worker by the clock; `when` is minute=, hour=, day= as in crontab."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        _periodic[f"{function.__module__}.{function.__name__}"] = (function, crontab(**when))
        return function

    return register


def init_app(app: Flask, queue_url: str) -> None:
    huey = queue_storage.at(queue_url)
    app.extensions["huey"] = huey
    app.extensions["side_work"] = Tasks(app, huey)
    for name, (function, when) in _periodic.items():
        huey.periodic_task(when, name=name)(_in_context(app, function))


def _in_context(app: Flask, function: Callable[..., None]) -> Callable[..., None]:
    def run(*args: Any) -> None:
        with app.app_context():
            try:
                function(*args)
            finally:
                db.session.remove()

    run.__name__ = function.__name__
    return run
