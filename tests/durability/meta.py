"""Meta as the worker meets it on a bad day: it takes messages, at times slowly, and some answers are lost."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Meta:
    """`taken` counts, by the id we send along as metadata, how often a customer got a message."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.taken: Counter[str] = Counter()

    def mood(self) -> str:
        with self.lock:
            return self.random.choices(["prompt", "slow", "silent"], [85, 12, 3])[0]

    def take(self, key: str) -> str:
        with self.lock:
            self.taken[key] += 1
            return f"m_out_{key}_{self.taken[key]}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    meta: Meta

    def do_GET(self) -> None:
        self.answer({"name": "Peter Chang", "first_name": "Peter", "last_name": "Chang"})

    def do_POST(self) -> None:
        given = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if not self.path.split("?")[0].endswith("/messages"):
            self.answer({"success": True})
            return
        sent = json.loads(given)
        mood = self.meta.mood()
        mid = self.meta.take(sent["message"]["metadata"])
        if mood == "slow":
            time.sleep(self.meta.random.uniform(0.2, 0.8))
        if mood == "silent":
            self.close_connection = True
            return
        self.answer({"recipient_id": sent["recipient"]["id"], "message_id": mid})

    def answer(self, what: dict[str, Any]) -> None:
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None: ...


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args: object) -> None:
        """A worker that was killed hung up: that is the point."""


@contextmanager
def answering(meta: Meta) -> Iterator[str]:
    server = Server(("127.0.0.1", 0), type("Answering", (Handler,), {"meta": meta}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
