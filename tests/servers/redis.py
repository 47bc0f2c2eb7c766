"""Redis for tests. Debian's package is `redis-server`."""

import shutil

import redis

from tests.servers import server

PACKAGE = "redis-server"


def program() -> str | None:
    return shutil.which("redis-server") or shutil.which("valkey-server")


class Server(server.Server):
    name = "redis"

    def url(self, number: int = 0) -> str:
        """For WEBGATEWAY_QUEUE_URL; `number` is one of its sixteen databases."""
        return f"redis://127.0.0.1:{self.port}/{number}"

    def command(self) -> list[str]:
        found = program()
        if found is None:
            raise FileNotFoundError(f"Redis is not installed: Debian's package is `{PACKAGE}`")
        forgetful = ["--save", "", "--appendonly", "no"]
        return [found, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder), *forgetful]

    def answers(self) -> bool:
        with redis.Redis(port=self.port, socket_timeout=2) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def empty(self) -> None:
        """Whatever it held, in all of its databases, is gone."""
        with redis.Redis(port=self.port) as client:
            client.flushall()
