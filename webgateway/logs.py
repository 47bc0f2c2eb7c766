"""What is logged: a line of JSON for each record, with the ids of what is being worked on.

`with bound(delivery=7): …` gives every record inside, whoever writes it, the field `delivery`.
"""

import logging
import logging.config
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from . import discretion

Id = int | str | None

_bound: ContextVar[Mapping[str, Id]] = ContextVar("bound", default=MappingProxyType({}))
_RESERVED = {*RESERVED_ATTRS, "bound", "exc_text"}


@contextmanager
def bound(**ids: Id) -> Iterator[None]:
    """Every record inside carries these; those that are None it does without."""
    token = _bound.set({**_bound.get(), **{name: given for name, given in ids.items() if given is not None}})
    try:
        yield
    finally:
        _bound.reset(token)


def bound_id(name: str) -> int | None:
    """The number that was bound by this name, if any."""
    found = _bound.get().get(name)
    return found if isinstance(found, int) else None


class Record(logging.LogRecord):
    """Knows what was bound where it was made, and keeps what its exception says to itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bound = dict(_bound.get())
        discretion.discreet(self)


class Json(JsonFormatter):
    def __init__(self) -> None:
        super().__init__(reserved_attrs=list(_RESERVED))

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        log_data["time"] = _time(record).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        log_data["level"], log_data["logger"] = record.levelname.lower(), record.name
        log_data["message"] = record.message
        log_data |= getattr(record, "bound", {})
        super().add_fields(log_data, record, message_dict)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        return discretion.trace(ei[1])

    def format(self, record: logging.LogRecord) -> str:
        return discretion.scrub(super().format(record))


class Text(logging.Formatter):
    """For a terminal: `12:30:01 info journal.taking: event taken · delivery=7 event=9 outcome=done`."""

    def format(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "bound", {}) | {
            name: value for name, value in vars(record).items() if name not in _RESERVED
        }
        name = record.name.removeprefix("webgateway.")
        line = f"{_time(record):%H:%M:%S} {record.levelname.lower()} {name}: {record.getMessage()}"
        if fields:
            line += " · " + " ".join(f"{name}={value}" for name, value in fields.items() if value is not None)
        if record.exc_info and record.exc_info[1] is not None:
            line += "\n" + discretion.trace(record.exc_info[1])
        return discretion.scrub(line)


FORMATS = {"json": Json, "text": Text}


def configuration(level: str, format: str) -> dict[str, Any]:
    """For `dictConfig`, and for gunicorn. Of the libraries, only what went wrong."""
    ours = {"level": level.upper()}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": {"()": FORMATS[format]}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "webgateway": ours,
            "alembic": ours,
            "alembic.runtime.plugins": {"level": "WARNING"},  # else each one it loads is a line
            "gunicorn.error": {"handlers": [], "propagate": True},
        },
    }


def start(level: str, format: str) -> None:
    """In a process of its own: where its records go, and how they look."""
    init()
    logging.config.dictConfig(configuration(level, format))


def init() -> None:
    """What holds for every record of this process, wherever it goes."""
    logging.setLogRecordFactory(Record)
    discretion.quiet_libraries()


def _time(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
