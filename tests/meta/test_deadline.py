"""A Meta that is slow, or pretends to be: nobody waits longer than the deadline, whatever drips."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from webgateway.meta import deadline, transport
from webgateway.meta.errors import Unreachable
from webgateway.meta.graph import Graph

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"

Talk = Callable[[socket.socket], None]
Speaker = Callable[[Talk], Graph]


@pytest.fixture
def speaker() -> Iterator[Speaker]:
    """`speaker(talk)` is a Meta on loopback that answers the first call with what `talk` writes."""
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def listen(talk: Talk) -> Graph:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                with suppress(OSError):  # whoever asked has hung up
                    talk(connection)

        threads.append(threading.Thread(target=answer))
        threads[-1].start()
        return Graph(f"http://127.0.0.1:{listener.getsockname()[1]}", "v26.0", "1029", "s", timeout=(1, 1))

    yield listen
    for listener in listeners:
        listener.close()
    for thread in threads:
        thread.join(timeout=5)
        assert not thread.is_alive()


def drip(connection: socket.socket, drop: bytes) -> None:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        connection.sendall(drop)
        time.sleep(0.05)


def drips_status(connection: socket.socket) -> None:
    drip(connection, b"H")


def drips_headers(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"x-slow: ")
    drip(connection, b"a")


def drips_body(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"content-length: 100000\r\n\r\n")
    drip(connection, b" ")


@pytest.mark.parametrize("talk", [drips_status, drips_headers, drips_body])
def test_an_answer_that_drips_for_ever_is_given_up_and_leaves_open_whether_it_was_sent(
    talk: Talk, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "SECONDS", 0.4)
    graph = speaker(talk)
    started = time.monotonic()
    with pytest.raises(Unreachable) as caught:
        graph.post("210/messages", "EAApage", json={})
    assert time.monotonic() - started < 2
    assert caught.value.sent_unclear


def test_an_answer_that_comes_in_pieces_in_time_is_read(speaker: Speaker) -> None:
    def in_pieces(connection: socket.socket) -> None:
        for piece in (HEAD, b"content-length: 19\r\n\r\n", b'{"message_id"', b":", b'"m1"}'):
            connection.sendall(piece)
            time.sleep(0.02)

    assert speaker(in_pieces).post("210/messages", "EAApage", json={}) == {"message_id": "m1"}


def test_an_answer_without_end_is_not_kept_in_memory(
    speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MOST_BYTES", 100_000)

    def endless(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"\r\n")
        while True:
            connection.sendall(b" " * 65536)

    graph = speaker(endless)
    with pytest.raises(Unreachable, match="does not end") as caught:
        graph.post("210/messages", "EAApage", json={})
    assert caught.value.sent_unclear


def test_half_an_answer_leaves_open_whether_it_was_sent(speaker: Speaker) -> None:
    graph = speaker(lambda connection: connection.sendall(HEAD + b'content-length: 100\r\n\r\n{"message'))
    with pytest.raises(Unreachable) as caught:
        graph.post("210/messages", "EAApage", json={})
    assert caught.value.sent_unclear
