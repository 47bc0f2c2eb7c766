"""Works on what waits: reads deliveries, lets events take effect, sends messages, calls bots, completes
logins, recovers what was not delivered, looks at idle conversations; runs Huey beside it.

The rows are the jobs: several workers may run, a killed one loses nothing. See docs/architecture.md.
"""

import logging
import signal
import threading
from dataclasses import dataclass, field
from os import getpid
from socket import gethostname
from typing import Any, Protocol

from flask import Flask
from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from . import counting, memory, metrics
from .bots import calling
from .conversations import comparing, idling, outgoing
from .db import db, glance, passing, utcnow
from .heartbeat import BEAT, beat, leave
from .huey import Consumer
from .intent import first
from .journal import reading, taking
from .leases import LEASE
from .pages import completing
from .waking import Bell, Listener, Lookout
from .workspace import offering

log = logging.getLogger("webgateway.worker")

IDLE = 0.2  # seconds between looks at the tables when nothing waits
WOKEN = 1.0  # the same while the database wakes us
SIBLINGS = 5.0  # for all of a kind but the one on watch, which calls another when it found something
SENDERS = 4  # messages of this many conversations are on their way to Meta at once
CALLERS = 8  # bots that are asked at once; of one flow no more than calling.AT_ONCE
RENEWAL = LEASE.total_seconds() / 3


class Work(Protocol):
    """A kind of work: `claim` leases what is due next, `work` does it, `renew` extends the lease meanwhile.
    `waits` is a cheap condition, in a query that is asked with `now`, for there may be some to claim.

    `fail` writes down what went wrong: our own defect, or a database that took no work (db.passing).
    """

    def claim(self) -> Any | None: ...
    def work(self, job: Any, /) -> None: ...
    def fail(self, job: Any, error: Exception, /) -> None: ...
    def renew(self, job: Any, /) -> None: ...
    def waits(self) -> ColumnElement[bool]: ...


@dataclass
class Kind:
    """`table`: what is inserted there may be work of this kind; what was done may be some for that of `next`.
    `first`: a customer's message is on its way to a screen, and goes before what others write.

    `watch`: held by the one thread that looks often while all of them have nothing to do."""

    name: str
    work: Work
    table: str | None
    threads: int
    next: tuple[str, ...] = ()
    first: bool = False
    bell: Bell = field(default_factory=Bell)
    watch: threading.Lock = field(default_factory=threading.Lock)


def kinds() -> list[Kind]:
    return [
        Kind("reading", reading, "deliveries", threads=1, next=("events",), first=True),
        Kind("taking", taking, "events", threads=2, next=("parts", "conversations"), first=True),
        Kind("sending", outgoing, "parts", threads=SENDERS),
        Kind("completing", completing, "logins", threads=2),
        Kind("recovering", comparing, "comparisons", threads=2),
        Kind("calling", calling, "bot_calls", threads=CALLERS, next=("parts", "conversations")),
        Kind("idling", idling, None, threads=1, next=("parts", "conversations")),
        Kind("offering", offering, "conversations", threads=1, first=True),
    ]


class QuietConsumer(Consumer):
    """Huey's consumer inside our process: the signals are ours."""

    def _set_signal_handlers(self) -> None:
        pass


class Worker:
    def __init__(self, app: Flask) -> None:
        self.app = app
        self.name = f"{gethostname()}:{getpid()}"
        self.stopping = threading.Event()
        self.kinds = kinds()
        self.waits = select(*(kind.work.waits() for kind in self.kinds))
        self.in_hand: dict[str, tuple[Work, Any]] = {}
        self.threads = [
            threading.Thread(target=self._loop, args=(kind,), name=f"{kind.name}-{number}")
            for kind in self.kinds
            for number in range(kind.threads)
        ]
        self.threads += [
            threading.Thread(target=self._every, args=(BEAT, self._beat), name="heartbeat"),
            threading.Thread(target=self._every, args=(RENEWAL, self._renew), name="renewal"),
        ]
        with app.app_context():
            if db.engine.dialect.name == "postgresql":
                self.listener: Listener | Lookout = Listener(db.engine, self.ring, self.stopping)
            else:
                self.listener = Lookout(db.engine, self.look, self.stopping)
        self.threads.append(threading.Thread(target=self.listener.run, name="listener"))
        huey = app.extensions["huey"]
        self.consumer = None if huey.immediate else QuietConsumer(huey, workers=2, max_delay=2.0)

    def run(self) -> None:
        """Until SIGTERM or SIGINT; what is held is finished first."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self.stopping.set())
        counting.bury_the_dead()
        memory.init()
        memory.settle()
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
        for kind in self.kinds:
            kind.bell.end()
        if self.consumer:
            self.consumer.stop(graceful=True)
        for thread in self.threads:
            thread.join()
        with self.app.app_context():
            leave(self.name)
            db.session.remove()

    def ring(self, table: str) -> None:
        """Something may wait in it: for all kinds of work that look there."""
        for kind in self.kinds:
            if table == kind.table:
                kind.bell.ring()

    def look(self) -> None:
        """Something was written: ring for the kinds of work for which something waits. One looks for all."""
        with self.app.app_context(), glance() as connection:
            waits = connection.execute(self.waits, {"now": utcnow()}).one()
        for kind, some in zip(self.kinds, waits, strict=True):
            if some:
                kind.bell.ring()

    def _loop(self, kind: Kind) -> None:
        while not self.stopping.is_set():
            heard = kind.bell.rung
            with self.app.app_context(), first(kind.first):
                found = self._once(kind)
            if not found and not self.stopping.is_set():
                self._rest(kind, heard)

    def _rest(self, kind: Kind, heard: int) -> None:
        """Whoever finds work calls another, so that somebody is on watch meanwhile."""
        on_watch = kind.watch.acquire(blocking=False)
        try:
            kind.bell.wait(heard, self._pause() if on_watch else SIBLINGS, on_watch)
        finally:
            if on_watch:
                kind.watch.release()

    def _pause(self) -> float:
        return WOKEN if self.listener.listening else IDLE

    def _once(self, kind: Kind) -> bool:
        """Do one job; whether there was one. This is the outermost loop: nothing that fails may end it."""
        job = None
        try:
            job = kind.work.claim()
            if job is not None:
                self._work(kind, job)
        except Exception as error:  # noqa: BLE001 - it is noted
            self._note(error, kind)
            if job is not None:
                self._tell(kind, job, error)
            else:
                self.stopping.wait(1)
        finally:
            self.in_hand.pop(threading.current_thread().name, None)
            self._leave()
        return job is not None

    def _work(self, kind: Kind, job: Any) -> None:
        self.in_hand[threading.current_thread().name] = kind.work, job
        if kind.threads > 1:
            kind.bell.call()  # where one was there may be more
        with metrics.jobs.labels(kind.name).time():
            kind.work.work(job)
        for table in kind.next:
            self.ring(table)

    def _note(self, error: Exception, kind: Kind) -> None:
        if isinstance(error, OperationalError) and passing(error):
            log.error("the database took no work for now: %s", error.orig)
        else:
            metrics.job_failures.labels(kind.name).inc()
            log.exception("a job failed", extra={"kind": kind.name})

    def _tell(self, kind: Kind, job: Any, error: Exception) -> None:
        """Once, or as soon as the database takes it: until then the job stays in hand."""
        while True:
            try:
                db.session.rollback()
                return kind.work.fail(job, error)
            except OperationalError as busy:
                if not passing(busy) or self.stopping.wait(1):
                    return self._note(busy, kind)
            except Exception:
                log.exception("the failure could not be written down")
                self.stopping.wait(1)
                return None

    def _leave(self) -> None:
        try:
            db.session.remove()
        except SQLAlchemyError:
            log.exception("a transaction could not be left")

    def _renew(self) -> None:
        for work, job in list(self.in_hand.values()):
            work.renew(job)

    def _beat(self) -> None:
        beat(self.name)

    def _every(self, seconds: float, what: Any) -> None:
        while not self.stopping.is_set():
            with self.app.app_context():
                try:
                    what()
                except SQLAlchemyError:
                    log.exception("the %s failed", threading.current_thread().name)
                finally:
                    self._leave()
            self.stopping.wait(seconds)
