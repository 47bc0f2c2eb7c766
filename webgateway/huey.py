"""Huey without the clients of servers that nobody queues in.

It loads redis and psycopg wherever they are installed: some 15 MiB of every process. Here it does without;
`queue_redis.py` and `queue_postgresql.py` hand them in.
"""

from typing import Any

from .spared import without

with without("redis", "psycopg"):
    from huey import storage as _storage

from huey.api import Huey, SqliteHuey, crontab
from huey.consumer import Consumer

storage: Any = _storage

__all__ = ["Consumer", "Huey", "SqliteHuey", "crontab", "storage"]
