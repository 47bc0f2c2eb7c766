"""A server of its own on loopback: a free port, a temporary folder, gone with the test run."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.serving import free_port

KEEPER = Path(__file__).with_name("keeper.py")
START_WITHIN = 30.0  # seconds


class Server:
    """Subclasses say what prepares it (`prepare`), what is run (`command`) and whether it `answers`."""

    name = ""
    runs_as = ""
    """The user to run as when we are root; empty when root may run it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix=f"webgateway-{self.name}-"))
        self.user = self.runs_as if os.geteuid() == 0 else ""
        if self.user:
            shutil.chown(self.folder, self.user, self.user)
        try:
            self.prepare()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        command = [sys.executable, str(KEEPER), str(self.folder), self.user, *self.command()]
        self.keeper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.wait()

    def prepare(self) -> None: ...

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def stop(self) -> None:
        """For good."""
        self.keeper.communicate()

    def halt(self) -> None:
        """As if it had crashed; `resume` brings it back with what it held on the disk."""
        self._tell("stop")

    def resume(self) -> None:
        self._tell("start")
        self.wait()

    @contextmanager
    def away(self) -> Iterator[None]:
        self.halt()
        try:
            yield
        finally:
            self.resume()

    def wait(self) -> None:
        until(self.answers, f"{self.name} did not start: {self.folder / 'log'}")

    def _tell(self, word: str) -> None:
        assert self.keeper.stdin is not None
        assert self.keeper.stdout is not None
        self.keeper.stdin.write(f"{word}\n")
        self.keeper.stdin.flush()
        if self.keeper.stdout.readline() != "done\n":
            raise RuntimeError(f"{self.name} could not be told to {word}")


def until(question: Callable[[], bool], otherwise: str, seconds: float = START_WITHIN) -> None:
    end = time.monotonic() + seconds
    while not question():
        if time.monotonic() > end:
            raise TimeoutError(otherwise)
        time.sleep(0.05)
