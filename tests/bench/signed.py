"""Signed deliveries as whole HTTP requests, made before they are sent."""

import hmac
import itertools
from collections.abc import Iterator

from tests.cast import APP_SECRET
from tests.deliveries import delivery, text, wire

Request = tuple[int, bytes]
"""The delivery's number, by which it is found again, and what goes over the wire."""

CUSTOMERS = 1000
SIZE = 577  # bytes of a body: one message as Meta sends it
FIRST_CUSTOMER = 7_392_015_648_120_000
MID = "m_%020d"

_numbers = itertools.count(1)


def template() -> bytes:
    """A body of SIZE bytes with room for a customer and a number."""
    words = "Is the shop open on Sunday? "
    body = b""
    while len(body) < SIZE:
        words += "."
        body = wire(delivery(text(words, MID % 0, by=str(FIRST_CUSTOMER))))
    return body.replace(str(FIRST_CUSTOMER).encode(), b"%d").replace((MID % 0).encode(), MID.encode())


BODY = template()


def body(number: int) -> bytes:
    return BODY % (FIRST_CUSTOMER + number % CUSTOMERS, number)


def deliveries(path: str) -> Iterator[Request]:
    """Without end; no number comes twice in a run of the bench."""
    for number in _numbers:
        yield number, request(path, body(number))


def request(path: str, raw: bytes) -> bytes:
    """Both signatures, as Meta sends them: contract 6.1."""
    secret = APP_SECRET.encode()
    return (
        f"POST {path} HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\n"
        "User-Agent: facebookexternalua\r\n"
        "Accept: */*\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(raw)}\r\n"
        f"X-Hub-Signature: sha1={hmac.digest(secret, raw, 'sha1').hex()}\r\n"
        f"X-Hub-Signature-256: sha256={hmac.digest(secret, raw, 'sha256').hex()}\r\n"
        "\r\n"
    ).encode() + raw
