"""One call of a bot over HTTP: where it may lead, how long it may take, how much may come back.

Nothing between us and the bot: no proxy of the environment, no redirect, no cookies.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache, partial
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

import certifi

from ..bounded import Question, answer
from ..db import utcnow
from ..meta.deadline import Answer
from . import networks
from .networks import Forbidden, Network

SECONDS = 10.0
"""From looking up the name to the last byte of the answer."""
MOST_BYTES = 64 * 1024

TOO_LATE = f"It did not answer within {SECONDS:.0f} seconds."
UNKNOWN = "The name in its address cannot be found."
NO_ADDRESS = "Its address is none: it must begin with https://."


class Unreached(Exception):  # noqa: N818
    """There is no answer, in words for whoever may change the flow. `final`: nor will there be one."""

    def __init__(self, words: str, final: bool = False) -> None:
        super().__init__(words)
        self.words, self.final = words, final


@dataclass(frozen=True)
class Reply:
    """`retry_after`: seconds."""

    status: int
    body: bytes = field(repr=False)
    retry_after: float | None = None


def post(
    url: str, body: bytes, headers: Mapping[str, str], allowed: Sequence[Network], seconds: float = SECONDS
) -> Reply:
    """Raises Unreached. No transaction may be open."""
    end = time.monotonic() + seconds
    try:
        parts = urlsplit(url)
        connection = Connection(parts, end, allowed)
    except ValueError:
        raise Unreached(NO_ADDRESS, final=True) from None
    try:
        connection.request("POST", _path(parts), body, {**headers, "Connection": "close"})
        return _read(connection.getresponse())
    except Forbidden as refused:
        raise Unreached(str(refused), final=True) from refused
    except TimeoutError as error:
        raise Unreached(TOO_LATE) from error
    except ssl.SSLError as error:
        raise Unreached(_insecure(error)) from error
    except http.client.HTTPException as error:
        raise Unreached("Its answer is not HTTP, or it broke off.") from error
    except OSError as error:
        raise Unreached(f"No connection to it: {error.strerror or 'it broke off'}.") from error
    finally:
        connection.close()


class Connection(http.client.HTTPConnection):
    """To the very IP address that was found to be allowed: the name is looked up once."""

    def __init__(self, url: SplitResult, end: float, allowed: Sequence[Network]) -> None:
        """Raises ValueError for what is no address. `end` by the monotonic clock."""
        if url.scheme not in ("http", "https") or not url.hostname or url.username is not None:
            raise ValueError("no address of a bot")
        self.secure, self.end, self.allowed = url.scheme == "https", end, allowed
        super().__init__(url.hostname, url.port or (443 if self.secure else 80))
        self.response_class = partial(Answer, end=end)  # type: ignore[assignment]

    def connect(self) -> None:
        sock = self._reach(self._found())
        try:
            sock.settimeout(self._left())
            self.sock = _trusting().wrap_socket(sock, server_hostname=self.host) if self.secure else sock
            self.sock.settimeout(self._left())
        except OSError:
            sock.close()
            raise

    def _found(self) -> list[Any]:
        """The system bounds this question only loosely."""
        ask = partial(socket.getaddrinfo, self.host, self.port, type=socket.SOCK_STREAM)
        found = answer(Question(ask).begin(), self._left())
        if not found:
            self._left()
            raise Unreached(UNKNOWN)
        return found

    def _reach(self, found: list[Any]) -> socket.socket:
        """The first of the allowed ones that takes the connection."""
        problem: Exception = Unreached(UNKNOWN)
        for family, kind, protocol, _, address in found:
            sock = socket.socket(family, kind, protocol)
            try:
                networks.check(address[0], self.secure, self.allowed)
                sock.settimeout(self._left())
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return sock
            except (OSError, Forbidden) as error:
                sock.close()
                problem = error
        raise problem

    def _left(self) -> float:
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _read(response: http.client.HTTPResponse) -> Reply:
    body = response.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise Unreached("Its answer is longer than 64 KiB.", final=True)
    if response.length:
        raise http.client.IncompleteRead(body, response.length)
    return Reply(response.status, body, _seconds(response.headers.get("Retry-After", "")))


def _seconds(retry_after: str) -> float | None:
    """A number of seconds or a date: RFC 9110, 10.2.3."""
    if retry_after.isdecimal():
        return float(retry_after[:9])
    try:
        return (parsedate_to_datetime(retry_after) - utcnow()).total_seconds()
    except (ValueError, TypeError):  # no date, or one without a zone
        return None


def _path(url: SplitResult) -> str:
    path = quote(url.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return path + ("?" + quote(url.query, safe="/?%:@!$&'()*+,;=~-._") if url.query else "")


@cache
def _trusting() -> ssl.SSLContext:
    """Whom this machine trusts, and whom Mozilla does. Read once: that takes longer than a call."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _insecure(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Its certificate is not valid: {error.verify_message}."
    return "No secure connection to it: TLS failed."
