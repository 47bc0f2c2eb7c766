"""A bounded stream of signed deliveries over kept-alive connections, on loopback only."""

import http.client
import threading
import time
from dataclasses import dataclass

from tests.cast import APP_SECRET
from tests.deliveries import delivery, text, wire
from webgateway.meta import signature


@dataclass
class Measured:
    per_second: float
    p99: float
    """Seconds."""
    refused: int


def stream(port: int, path: str, seconds: float, connections: int = 32) -> Measured:
    times: list[float] = []
    refused = 0
    end = time.monotonic() + seconds
    lock = threading.Lock()

    def send(number: int) -> None:
        nonlocal refused
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        own: list[float] = []
        bad = sent = 0
        while time.monotonic() < end:
            sent += 1
            body = wire(delivery(text("Is the shop open on Sunday?", f"m_{number}_{time.monotonic_ns()}")))
            headers = {
                "Content-Type": "application/json",
                "X-Hub-Signature-256": signature.sign(body, APP_SECRET),
            }
            began = time.perf_counter()
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            answer.read()
            own.append(time.perf_counter() - began)
            bad += answer.status != 200
        connection.close()
        with lock:
            times.extend(own)
            refused += bad

    threads = [threading.Thread(target=send, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times.sort()
    return Measured(len(times) / seconds, times[int(len(times) * 0.99)] if times else 0.0, refused)
