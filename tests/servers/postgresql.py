"""PostgreSQL for tests and benchmarks. Debian's package is `postgresql`."""

import os
import shutil
import subprocess
from pathlib import Path

import psycopg

from tests.servers import server

PACKAGE = "postgresql"


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; Debian keeps them off the PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    return debian[-1].parent if debian else None


def _version(path: Path) -> int:
    number = path.parts[-3]
    return int(number) if number.isdigit() else 0


class Server(server.Server):
    """`durable`: what is committed survives a power cut, as in production; tests need not wait for that."""

    name = "postgresql"
    runs_as = "postgres"  # it refuses to run as root; Debian's package brings this user

    def __init__(self, durable: bool = False) -> None:
        self.durable = durable
        super().__init__()

    def url(self, database: str) -> str:
        """For WEBGATEWAY_DATABASE_URL."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def queue_url(self, database: str) -> str:
        """For WEBGATEWAY_QUEUE_URL."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        who = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        arguments = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]
        subprocess.run(
            [self._program("initdb"), "-D", self._data(), *arguments],
            check=True, stdout=subprocess.DEVNULL, cwd=self.folder, env={**os.environ, "LC_ALL": "C"}, **who,
        )  # fmt: skip

    def command(self) -> list[str]:
        options = ["-c", "listen_addresses=127.0.0.1", "-p", str(self.port), "-k", str(self.folder)]
        lasting = [] if self.durable else ["-c", "fsync=off", "-c", "max_wal_size=128MB"]
        return [self._program("postgres"), "-D", self._data(), *options, *lasting]

    def answers(self) -> bool:
        try:
            psycopg.connect(self.queue_url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def run(self, statement: str) -> None:
        """Such as CREATE DATABASE, which no transaction may hold."""
        with psycopg.connect(self.queue_url("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def _data(self) -> str:
        return str(self.folder / "data")

    def _program(self, name: str) -> str:
        folder = programs()
        if folder is None:
            raise FileNotFoundError(f"PostgreSQL is not installed: Debian's package is `{PACKAGE}`")
        return str(folder / name)
