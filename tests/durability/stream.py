"""Meta's deliveries over several connections: a customer's in order, and again until answered 200."""

import http.client
import itertools
import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field

from tests.deliveries import delivery, text, wire
from webgateway.meta import signature

CUSTOMERS = 3
"""Who write over a connection at the same time."""
NEW_ONE = 0.1
"""How often one of them makes room for somebody who never wrote before."""
AGAIN = 0.03
"""The share of deliveries that Meta sends once more although they were answered 200: contract 6.4."""
SIZES = (1, 1, 1, 1, 2, 3)
"""Messages in one delivery."""
ANSWER_WITHIN = 10.0  # seconds
GIVE_UP_AFTER = 60.0  # seconds


@dataclass
class Stream:
    port: int
    uri: str
    secret: str
    seed: int
    connections: int = 6
    pause: float = 0.0
    """Seconds between two deliveries of a connection."""
    promised: dict[bytes, int] = field(default_factory=lambda: defaultdict(int))
    """How often each body was answered 200."""
    said: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By customer, the mids in the order in which they were answered 200."""
    refused: list[str] = field(default_factory=list)
    """Answers that are neither 200 nor "try again", and deliveries nobody ever took."""
    answered: threading.Event = field(default_factory=threading.Event)
    """One more was answered 200: set each time, cleared by whoever waits for it."""
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self.threads = [
            threading.Thread(target=self._deliver, args=(number,), daemon=True)
            for number in range(self.connections)
        ]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """What is on its way is delivered to its end."""
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _deliver(self, connection: int) -> None:
        line = Line(self.port, f"/meta/{self.uri}", self.secret)
        chance = random.Random(f"{self.seed}:{connection}")
        people = (f"7{connection:03}{number:08}" for number in itertools.count())
        customers = list(itertools.islice(people, CUSTOMERS))
        count, at = 0, int(time.time() * 1000) - 10_000_000
        while not self.stopping.is_set():
            if chance.random() < NEW_ONE:
                customers[chance.randrange(CUSTOMERS)] = next(people)
            items = []
            for customer in chance.choices(customers, k=chance.choice(SIZES)):
                count, at = count + 1, at + 7
                items.append((customer, f"m_{connection}_{count}", at))
            messages = [text(f"Message {mid}", mid, by=who, at=when) for who, mid, when in items]
            body = wire(delivery(*messages))
            if not self._until_taken(line, body):
                return
            for customer, mid, _ in items:
                self.said[customer].append(mid)
            if chance.random() < AGAIN:
                self._until_taken(line, body)
            self.stopping.wait(self.pause)
        line.close()

    def _until_taken(self, line: "Line", body: bytes) -> bool:
        end = time.monotonic() + GIVE_UP_AFTER
        status = 0
        while time.monotonic() < end:
            status = line.post(body)
            if status == 200:
                self.promised[body] += 1
                self.answered.set()
                return True
            if status not in (0, 500, 502, 503, 504):
                break
            time.sleep(0.05)
        self.refused.append(f"{status} {body[:200]!r}")
        return False


class Line:
    """A connection kept alive, and made anew when it broke."""

    def __init__(self, port: int, path: str, secret: str) -> None:
        self.port, self.path, self.secret = port, path, secret
        self.connection: http.client.HTTPConnection | None = None

    def post(self, body: bytes) -> int:
        """The status; 0 when there was no answer."""
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": signature.sign(body, self.secret),
        }
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_WITHIN)
        try:
            self.connection.request("POST", self.path, body, headers)
            answer = self.connection.getresponse()
            answer.read()
        except (http.client.HTTPException, OSError):
            self.close()
            return 0
        return answer.status

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None
