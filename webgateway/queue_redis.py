"""The queue of side work in Redis."""

from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.connection import ConnectionPool
from redis.retry import Retry

from .huey import storage as huey
from .queue_storage import CONNECT_WITHIN

huey.Redis, huey.ConnectionPool = redis.Redis, ConnectionPool
huey.ConnectionError, huey.TimeoutError = redis.ConnectionError, redis.TimeoutError

OPTIONS: dict[str, Any] = {
    "socket_connect_timeout": CONNECT_WITHIN,
    "socket_timeout": 3,  # longer than Huey waits for a task
    # Once, at once: the connection may be from before a restart.
    "retry": Retry(NoBackoff(), 1, (redis.ConnectionError,)),
}
"""Of a connection, whatever for."""


class Storage(huey.RedisStorage):  # type: ignore[misc]
    redis_client = redis.Redis

    def __init__(self, name: str, address: str, **options: Any) -> None:
        """Raises ValueError for an address that cannot be one."""
        super().__init__(name, connection_pool=ConnectionPool.from_url(address, **OPTIONS), **options)
