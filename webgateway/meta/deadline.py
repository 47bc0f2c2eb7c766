"""An answer comes to its end in time, however slowly it drips. requests bounds each wait, not their sum."""

import io
import time
from http.client import HTTPResponse
from socket import SocketIO, socket
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection

SECONDS = 20.0
"""From the end of the request to the end of the answer."""


class Stream(io.RawIOBase):
    """What comes through a socket; TimeoutError when it is not over at `end` (of the monotonic clock), or
    after SECONDS."""

    def __init__(self, raw: SocketIO, sock: socket, end: float | None = None) -> None:
        self.raw, self.sock = raw, sock
        self.patience = sock.gettimeout() or SECONDS
        self.end = time.monotonic() + SECONDS if end is None else end

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


class Pool(HTTPConnectionPool):
    ConnectionCls = Connection


class SecurePool(HTTPSConnectionPool):
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


class Session(requests.Session):
    """Whose answers are bounded."""

    def __init__(self) -> None:
        super().__init__()
        for scheme in ("http://", "https://"):
            self.mount(scheme, Adapter())
