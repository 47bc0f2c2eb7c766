"""The processes of an installation, as production starts them, and their sudden ends."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.server import until
from tests.serving import free_port
from webgateway.settings import PREFIX, ROOT, Settings

WEB = [sys.executable, "-m", "gunicorn", "--no-control-socket"]
WORKER = [sys.executable, "-m", "flask", "worker"]


@dataclass
class Installation:
    """One gunicorn with two web workers, and queue workers beside it. What they say goes to `log`."""

    settings: Settings
    log: Path
    port: int = field(default_factory=free_port)
    web: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)

    def start_web(self) -> None:
        self.web = self._start(WEB)

    def start_worker(self) -> None:
        self.workers.append(self._start(WORKER))

    def ready(self, within: float = 60) -> None:
        until(self.answers, f"the web did not start: {self.log}", within)

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2).close()
        except (urllib.error.URLError, OSError):
            return False
        return True

    def web_workers(self) -> list[int]:
        """The children of gunicorn's master."""
        assert self.web is not None
        try:
            listed = Path(f"/proc/{self.web.pid}/task/{self.web.pid}/children").read_text()
        except FileNotFoundError:
            return []
        return [int(pid) for pid in listed.split()]

    def kill_web(self) -> None:
        """The master; its workers notice that they are orphans and end by themselves."""
        assert self.web is not None
        self.web.kill()
        self.web.wait()
        self.start_web()

    def at_work(self, beating: set[int]) -> list[int]:
        return [worker.pid for worker in self.workers if worker.pid in beating]

    def kill_worker(self, pid: int) -> None:
        victim = next(worker for worker in self.workers if worker.pid == pid)
        self.workers.remove(victim)
        victim.kill()
        victim.wait()
        self.start_worker()

    def stop_workers(self) -> None:
        """As an update does: they finish what they hold."""
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait(60)
        self.workers.clear()

    def end(self) -> None:
        """Whatever is left of them."""
        for group in self.groups:
            try:
                os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for process in [*self.workers, *([self.web] if self.web else [])]:
            process.wait()

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )
        self.groups.append(process.pid)
        return process

    def _environment(self) -> dict[str, str]:
        names = ("secret_key", "database_url", "queue_url", "instance", "graph_url", "public_url")
        given = {PREFIX + name.upper(): str(getattr(self.settings, name)) for name in names}
        given[PREFIX + "ENCRYPTION_KEYS"] = ",".join(self.settings.encryption_keys)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        return {**kept, **given, "PORT": str(self.port), "HOST": "127.0.0.1", "WEB_CONCURRENCY": "2"}
