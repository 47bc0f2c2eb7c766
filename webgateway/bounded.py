"""Questions that may hang, asked so that nobody waits for ever."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Question(Generic[Answer]):
    """Asked in a thread of its own, one at a time: who asks meanwhile waits for the same answer, and when it
    never comes there is one thread that waits for it, not one for each who asked."""

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self.ask = ask
        self.lock = threading.Lock()
        self.running: Future[Answer] | None = None

    def begin(self) -> Future[Answer]:
        with self.lock:
            if self.running is None or self.running.done():
                self.running = Future()
                threading.Thread(target=self._run, args=(self.running,), daemon=True).start()
            return self.running

    def _run(self, future: "Future[Answer]") -> None:
        try:
            future.set_result(self.ask())
        except Exception as error:  # noqa: BLE001 - told to whoever waits
            future.set_exception(error)


def answer(begun: "Future[Answer]", within: float) -> Answer | None:
    """None when it failed or took longer than `within` seconds from now."""
    try:
        return begun.result(within)
    except Exception:  # noqa: BLE001 - each storage has its own errors, and all mean: no answer
        return None
