"""Huey without the clients of servers that nobody queues in.

It loads redis and psycopg wherever they are installed: some 15 MiB of every process. Here it does without;
`queue_redis.py` and `queue_postgresql.py` hand them in.
"""

import sys
from types import ModuleType
from typing import Any


def _load() -> ModuleType:
    """For Python a module that is None is not installed."""
    hidden = [name for name in ("redis", "psycopg") if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        from huey import storage

        return storage
    finally:
        for name in hidden:
            del sys.modules[name]


storage: Any = _load()

from huey.api import Huey, SqliteHuey, crontab  # noqa: E402
from huey.consumer import Consumer  # noqa: E402

__all__ = ["Consumer", "Huey", "SqliteHuey", "crontab", "storage"]
