"""A bot that really listens: it keeps what it is told, and answers what it was given to answer."""

import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Robot(http.server.ThreadingHTTPServer):
    """`answers` are given in turn, the last one for ever: a status, a body, or both; or raw bytes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[Any] = [204]
        self.pause = 0.0
        self.headers: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook?who=bot"

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.told]


class Handler(http.server.BaseHTTPRequestHandler):
    server: Robot

    def do_POST(self) -> None:
        robot = self.server
        robot.told.append((dict(self.headers.items()), self.rfile.read(int(self.headers["Content-Length"]))))
        time.sleep(robot.pause)
        answer = robot.answers.pop(0) if len(robot.answers) > 1 else robot.answers[0]
        if isinstance(answer, bytes):
            return self.drip(answer)
        status, body = answer if isinstance(answer, tuple) else (answer, None)
        if not isinstance(status, int):
            status, body = 200, status
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in robot.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def drip(self, content: bytes) -> None:
        """One byte after another, as slowly as nobody should wait for."""
        for byte in content:
            try:
                self.wfile.write(bytes([byte]))
            except OSError:
                return
            time.sleep(0.05)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def listening() -> Iterator[Robot]:
    robot = Robot()
    thread = threading.Thread(target=robot.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield robot
    finally:
        robot.shutdown()
        robot.server_close()
