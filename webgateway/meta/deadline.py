"""An answer comes to its end in time, however slowly it drips. requests bounds each wait, not their sum.

A connection serves one call after another, as long as there is little doubt that it is still one: what is
posted into one that the other side has just closed may or may not have arrived, and is not posted again.
"""

import io
import time
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from socket import SocketIO, socket
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection

SECONDS = 20.0
"""From the end of the request to the end of the answer; or as long as the call waits for its first byte."""
IDLE = 5.0
"""Seconds after which a connection that nobody used is not used again: far less than any server keeps one."""


class Stream(io.RawIOBase):
    """What comes through a socket; TimeoutError when it is not over at `end` (of the monotonic clock), or
    after SECONDS."""

    def __init__(self, raw: SocketIO, sock: socket, end: float | None = None) -> None:
        self.raw, self.sock = raw, sock
        self.patience = sock.gettimeout() or SECONDS
        self.end = time.monotonic() + max(SECONDS, self.patience) if end is None else end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer takes too long")
        self.sock.settimeout(min(left, self.patience))
        return self.raw.readinto(buffer)

    def close(self) -> None:
        self.raw.close()
        super().close()


class Answer(HTTPResponse):
    """Its status line and headers are bounded, too."""

    def __init__(self, sock: socket, *args: Any, end: float | None = None, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(Stream(cast(SocketIO, raw), sock, end))


class Connection(HTTPConnection):
    response_class = Answer


class SecureConnection(HTTPSConnection):
    response_class = Answer


class _Fresh:
    """Of a pool of connections: those that were not used for IDLE seconds are closed, and opened anew."""

    def _get_conn(self, timeout: float | None = None) -> Any:
        connection: Any = super()._get_conn(timeout)  # type: ignore[misc]
        if time.monotonic() - getattr(connection, "used_at", 0.0) > IDLE:
            connection.close()
        return connection

    def _put_conn(self, connection: Any) -> None:
        if connection is not None:
            connection.used_at = time.monotonic()
        super()._put_conn(connection)  # type: ignore[misc]


class Pool(_Fresh, HTTPConnectionPool):
    ConnectionCls = Connection


class SecurePool(_Fresh, HTTPSConnectionPool):
    ConnectionCls = SecureConnection


class Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        _bound(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **options: Any) -> ProxyManager:
        manager: ProxyManager = super().proxy_manager_for(*args, **options)
        _bound(manager)
        return manager


def _bound(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": Pool, "https": SecurePool}


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class Session(requests.Session):
    """Whose answers are bounded. It takes no cookies: calls of several apps go through it. What a .netrc file
    says of Meta would replace the token; which proxies the environment names is asked once of each host."""

    def __init__(self) -> None:
        super().__init__()
        self.auth = _as_it_is
        self.settings_of: dict[tuple[str, ...], Any] = {}
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self.mount(scheme, Adapter())

    def merge_environment_settings(self, url: Any, *asked: Any) -> Any:
        """Our calls name no proxies, certificates or verdicts of their own."""
        host = tuple(str(url).split("/", 3)[:3])
        if host not in self.settings_of:
            self.settings_of[host] = super().merge_environment_settings(url, *asked)
        return self.settings_of[host]
