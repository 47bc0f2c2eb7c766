"""Works on what waits: reads deliveries, lets events take effect, sends messages; runs Huey beside it.

The rows are the jobs: several workers may run, a killed one loses nothing. See docs/architecture.md.
"""

import logging
import signal
import threading
from datetime import datetime
from os import getpid
from socket import gethostname
from typing import Protocol

from flask import Flask
from huey.consumer import Consumer
from sqlalchemy import delete, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from . import counting, metrics
from .conversations import outgoing
from .db import Model, db, passing, utcnow
from .journal import reading, taking

log = logging.getLogger("webgateway.worker")

IDLE = 0.2  # seconds between looks at the tables when nothing waits
BEAT = 5.0  # seconds between signs of life
SENDERS = 4  # messages of this many conversations are on their way to Meta at once


class Heartbeat(Model):
    """A worker's sign of life, for /readyz and the header."""

    __tablename__ = "heartbeats"

    worker: Mapped[str] = mapped_column(unique=True)
    seen_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)


class Work(Protocol):
    """A kind of work: `claim` finds the next row, `work` does it, `fail` writes down our own defect."""

    def claim(self) -> int | None: ...
    def work(self, job: int, /) -> None: ...
    def fail(self, job: int, error: Exception, /) -> None: ...


class QuietConsumer(Consumer):
    """Huey's consumer inside our process: the signals are ours."""

    def _set_signal_handlers(self) -> None:
        pass


class Worker:
    def __init__(self, app: Flask) -> None:
        self.app = app
        self.name = f"{gethostname()}:{getpid()}"
        self.stopping = threading.Event()
        self.threads = [
            self._thread("reading", reading),
            self._thread("taking", taking),
            *(self._thread(f"sending-{number}", outgoing) for number in range(1, SENDERS + 1)),
            threading.Thread(target=self._beat, name="heartbeat"),
        ]
        huey = app.extensions["huey"]
        self.consumer = None if huey.immediate else QuietConsumer(huey, workers=2, max_delay=2.0)

    def run(self) -> None:
        """Until SIGTERM or SIGINT; what is held is finished first."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self.stopping.set())
        counting.bury_the_dead()
        self.start()
        log.info("worker %s is at work", self.name)
        self.stopping.wait()
        self.stop()

    def start(self) -> None:
        for thread in self.threads:
            thread.start()
        if self.consumer:
            self.consumer.start()

    def stop(self) -> None:
        self.stopping.set()
        if self.consumer:
            self.consumer.stop(graceful=True)
        for thread in self.threads:
            thread.join()
        with self.app.app_context():
            db.session.execute(delete(Heartbeat).where(Heartbeat.worker == self.name))
            db.session.commit()
            db.session.remove()

    def _thread(self, name: str, kind: Work) -> threading.Thread:
        return threading.Thread(target=self._loop, args=(kind,), name=name)

    def _loop(self, kind: Work) -> None:
        while not self.stopping.is_set():
            with self.app.app_context():
                if not self._once(kind):
                    self.stopping.wait(IDLE)

    def _once(self, kind: Work) -> bool:
        """Do one job; whether there was one. This is the outermost loop: nothing that fails may end it."""
        job = None
        try:
            job = kind.claim()
            if job is not None:
                with metrics.jobs.labels(_name(kind)).time():
                    kind.work(job)
        except Exception as error:
            if isinstance(error, OperationalError) and passing(error):
                # The job is not to blame and waits as it did, in its turn.
                log.error("the database took no work for now: %s", error.orig)
            else:
                metrics.job_failures.labels(_name(kind)).inc()
                log.exception("a job failed", extra={"job": job, "kind": _name(kind)})
                self._tell(kind, job, error)
            self.stopping.wait(1)
        finally:
            self._leave()
        return job is not None

    def _tell(self, kind: Work, job: int | None, error: Exception) -> None:
        try:
            db.session.rollback()
            if job is not None:
                kind.fail(job, error)
        except Exception:
            log.exception("the failure could not be written down")

    def _leave(self) -> None:
        try:
            db.session.remove()
        except SQLAlchemyError:
            log.exception("a transaction could not be left")

    def _beat(self) -> None:
        while not self.stopping.is_set():
            with self.app.app_context():
                try:
                    beat(self.name)
                except SQLAlchemyError:
                    log.exception("no sign of life could be written")
                finally:
                    db.session.remove()
            self.stopping.wait(BEAT)


def _name(kind: Work) -> str:
    """Of the module that is the kind: `taking`."""
    return str(getattr(kind, "__name__", kind)).rpartition(".")[2]


def beat(name: str) -> None:
    found = db.session.execute(update(Heartbeat).where(Heartbeat.worker == name).values(seen_at=utcnow()))
    if not found.rowcount:  # type: ignore[attr-defined]
        db.session.add(Heartbeat(worker=name))
    db.session.commit()
