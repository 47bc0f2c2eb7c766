"""Real HTTP on loopback: our application, its worker, and the simulator of Meta; and how to wait for what
they do."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import make_server

from webgateway.db import db
from webgateway.worker import Worker

logging.getLogger("werkzeug").setLevel(logging.WARNING)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def served(app: Flask, port: int) -> Iterator[str]:
    """`app` at http://127.0.0.1:port, a thread for each request."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def at_work(app: Flask) -> Iterator[Worker]:
    worker = Worker(app)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def eventually(question: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def eventually_kept(question: Callable[[], object], seconds: float = 30.0) -> None:
    """`question` is about what the database has."""

    def anew() -> bool:
        db.session.rollback()
        db.session.expire_all()
        yes = bool(question())
        db.session.rollback()
        return yes

    eventually(anew, seconds)
