"""What no log may hold: tokens, secrets, addresses with a query, and values that exceptions quote.

Whatever handler is set up, ours or another's: records are made discreet where they are born. What slips
through all the same, in a text of our own, is caught by `scrub` in our formats.
"""

import logging
import re
import sqlite3
import traceback
from collections.abc import Iterator
from typing import Any

from sqlalchemy.exc import DBAPIError, StatementError

# As in meta/errors.py, and what only we have: the proof, the signature, the words of the login and of HTTP.
_SECRETS = re.compile(
    r"(?i)((?:(?:access|input|verify)_token|appsecret_proof|client_secret|signed_request|[?&]code|sha256)="
    r"|bearer |access token )[^\s&\"']+"
    r"|()\b(?:(?:EAA|IGAA|wgbot_)[\w-]{8,}|whsec_[\w+/=-]{8,}|\d{5,}\|[\w-]{8,})"
)
# What none of them can do without: looking for these is a hundred times cheaper.
_HINTS = ("=", "|", "EAA", "IGAA", "wgbot_", "whsec_", "earer ", "access token ")
# A query; and a gateway's public address, which is known to Meta and us.
_QUERY = re.compile(r"\?[^\s\"']+|(?<=/meta/)[\w-]{16,}")

# They quote the addresses of requests, at whatever level one listens.
_QUOTE_ADDRESSES = ("urllib3.connectionpool", "urllib3.util.retry", "werkzeug", "gunicorn.error")
_QUOTE_ROWS = ("sqlalchemy.engine.Engine",)


def scrub(line: str) -> str:
    if not any(hint in line for hint in _HINTS):
        return line
    return _SECRETS.sub(r"\1…", line)


def trace(error: BaseException) -> str:
    """Where it happened and of what kind, with its causes: not what it says, which may quote a customer."""
    told = []
    for link in _chain(error):
        told += [*traceback.format_tb(link.__traceback__), kind(link), "\n"]
    return "".join(told).rstrip()


def kind(error: BaseException) -> str:
    """`sqlalchemy.exc.IntegrityError: UNIQUE constraint failed: messages.mid`; of most only the name."""
    facts = _facts(error.orig) if isinstance(error, DBAPIError) else _facts(error)
    module = type(error).__module__
    name = type(error).__qualname__ if module == "builtins" else f"{module}.{type(error).__qualname__}"
    return f"{name}: {facts}" if facts else name


def _facts(error: object) -> str:
    """SQLite names tables and columns only. PostgreSQL quotes whole rows: of it, what has a name."""
    if isinstance(error, sqlite3.Error):
        return str(error)
    if isinstance(error, OSError):
        return error.strerror or ""
    about = getattr(error, "diag", None)
    named = (getattr(about, name, None) for name in ("sqlstate", "table_name", "constraint_name"))
    return " ".join(str(name) for name in named if name)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The first cause first. What a database's driver says stands in SQLAlchemy's error already."""
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in links:
        links.append(link)
        link = None if isinstance(link, StatementError) else _cause(link)
    return reversed(links)


def _cause(error: BaseException) -> BaseException | None:
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def discreet(record: logging.LogRecord) -> None:
    """A formatter takes `exc_text` where it is there, instead of asking the exception."""
    if record.exc_info and record.exc_info[1] is not None:
        record.exc_text = trace(record.exc_info[1])


def quiet_libraries() -> None:
    """Filters, not levels: whoever turns everything up learns no more than is good."""
    for name in _QUOTE_ADDRESSES:
        _filter(name, _without_query)
    for name in _QUOTE_ROWS:
        _filter(name, _without_rows)


def _filter(name: str, keep: Any) -> None:
    logger = logging.getLogger(name)
    if keep not in logger.filters:
        logger.addFilter(keep)


def _without_query(record: logging.LogRecord) -> bool:
    if isinstance(record.args, tuple):
        record.args = tuple(
            _QUERY.sub("", given) if isinstance(given, str) else given for given in record.args
        )
    record.msg = _QUERY.sub("", record.msg) if isinstance(record.msg, str) else record.msg
    return True


def _without_rows(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(("Row", "Col"))
