"""One connection for call after call, and nothing posted twice into one that was closed."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from webgateway.meta import deadline
from webgateway.meta.errors import Unreachable
from webgateway.meta.graph import Graph


class Server:
    """Counts connections and requests. After `answers` on one connection it closes it: at once, or when the
    next request has come (`late`)."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.connections = self.requests = 0
        self.answers, self.late = 1000, False
        self.closed = threading.Event()
        threading.Thread(target=self.listen, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        body = json.dumps({"message_id": "m_1"}).encode()
        with connection, suppress(OSError):
            answered = 0
            while request := connection.recv(65536):
                self.requests += request.startswith((b"POST", b"GET"))
                if answered == self.answers:
                    break
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: %d\r\n\r\n" % len(body) + body
                )
                answered += 1
                if answered == self.answers and not self.late:
                    break
        self.closed.set()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.listener.close()


@pytest.fixture
def graph(server: Server) -> Graph:
    return Graph(server.url, "v26.0", "1029", "s", timeout=(1, 1))


def post(graph: Graph) -> None:
    graph.post("210/messages", "EAApage", json={"message": {"text": "Hello"}})


def test_calls_share_a_connection(server: Server, graph: Graph) -> None:
    for _ in range(5):
        post(graph)
    assert (server.connections, server.requests) == (1, 5)


def test_one_that_nobody_used_for_a_while_is_not_trusted(
    server: Server, graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(graph)
    monkeypatch.setattr(deadline, "IDLE", 0.0)
    post(graph)
    assert (server.connections, server.requests) == (2, 2)


def test_one_that_was_closed_meanwhile_is_opened_anew(server: Server, graph: Graph) -> None:
    server.answers = 1
    post(graph)
    assert server.closed.wait(2)
    post(graph)
    assert (server.connections, server.requests) == (2, 2)


def test_what_was_posted_as_it_closed_is_never_posted_again(server: Server, graph: Graph) -> None:
    server.answers, server.late = 1, True
    post(graph)
    with pytest.raises(Unreachable) as caught:
        post(graph)
    assert caught.value.sent_unclear
    assert (server.connections, server.requests) == (1, 2)


def test_no_cookie_is_kept(server: Server, graph: Graph) -> None:
    post(graph)
    assert not list(graph.session.cookies)
