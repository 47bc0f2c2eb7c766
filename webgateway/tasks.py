"""Side work: one Huey, chosen by WEBGATEWAY_QUEUE_URL. A lost task costs nothing: the next round does it.

A part registers its work with `side_work` or `every`; only ids travel, never secrets or text.
"""

import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask, current_app
from huey.api import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab

from .db import db
from .settings import SettingsError

log = logging.getLogger("webgateway.tasks")

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
        try:
            current_app.extensions["side_work"][self.name](*args)
        except Exception as error:  # noqa: BLE001 - each storage has its own errors
            log.error("%s was not put in the queue: %s", self.name, type(error).__name__)


def side_work(function: Callable[..., None]) -> SideWork:
    return SideWork(function)


def every(**when: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Run in the worker by the clock; `when` is minute=, hour=, day= as in crontab."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        _periodic[f"{function.__module__}.{function.__name__}"] = (function, crontab(**when))
        return function

    return register


def init_app(app: Flask, queue_url: str) -> None:
    huey = _storage(queue_url)
    app.extensions["huey"] = huey
    app.extensions["side_work"] = {
        name: huey.task(name=name)(_in_context(app, function)) for name, function in _side_work.items()
    }
    for name, (function, when) in _periodic.items():
        huey.periodic_task(when, name=name)(_in_context(app, function))


def _storage(url: str) -> Huey:
    if url == "memory:":
        return Huey("webgateway", immediate=True)
    if url.startswith("sqlite:///"):
        return _sqlite(url.removeprefix("sqlite:///"))
    if url.startswith(("redis://", "rediss://")):
        return RedisHuey("webgateway", url=url, results=False)
    return PostgresHuey("webgateway", dsn=url, results=False)


def _sqlite(filename: str) -> Huey:
    try:
        return SqliteHuey("webgateway", filename=filename, results=False)
    except sqlite3.Error as error:
        raise SettingsError(
            f"WEBGATEWAY_QUEUE_URL: {filename} cannot be used ({error}). Nothing in it is missed: move it "
            "away and start again."
        ) from error


def _in_context(app: Flask, function: Callable[..., None]) -> Callable[..., None]:
    def run(*args: Any) -> None:
        with app.app_context():
            try:
                function(*args)
            finally:
                db.session.remove()

    run.__name__ = function.__name__
    return run
