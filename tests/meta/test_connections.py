"""One connection for call after call, and nothing posted twice into one that was closed."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from webgateway.meta import deadline
from webgateway.meta.errors import Unreachable
from webgateway.meta.graph import Graph


class Server(http.server.ThreadingHTTPServer):
    """Counts connections and requests. After `answers` on one connection it closes it: at once, or when the
    next request has come (`late`)."""

    connections = requests = 0
    answers, late = 1000, False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.closed = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, *arguments) -> None:  # type: ignore[no-untyped-def]
        self.connections += 1
        super().process_request(*arguments)

    def shutdown_request(self, request) -> None:  # type: ignore[no-untyped-def]
        super().shutdown_request(request)
        self.closed.set()


class Handler(http.server.BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    answered = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests += 1
        if self.answered < self.server.answers:
            body = b'{"message_id": "m_1"}'
            self.send_response(200)
            self.send_header("Set-Cookie", "a=b")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        self.answered += 1
        self.close_connection = self.answered >= self.server.answers + self.server.late

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


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


def test_a_netrc_file_does_not_replace_the_token(requests_mock, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine graph.facebook.com login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    asked = requests_mock.get("https://graph.facebook.com/v26.0/me", json={"id": "1"})
    Graph("https://graph.facebook.com", "v26.0", "1", "secret").get("me", "EAA-token")
    assert asked.last_request.headers["Authorization"] == b"Bearer EAA-token"


def test_the_environment_is_asked_once_for_a_hosts_proxy(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    session = deadline.Session()
    first = session.merge_environment_settings("https://graph.facebook.com/v26.0/1", {}, True, None, None)
    assert first["proxies"]["https"] == "http://proxy.example:3128"
    monkeypatch.delenv("HTTPS_PROXY")
    again = session.merge_environment_settings("https://graph.facebook.com/v26.0/2", {}, True, None, None)
    assert again is first
