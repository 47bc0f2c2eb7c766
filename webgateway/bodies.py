"""Request bodies read whole, within a time, a size and a share of the process's memory."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

WITHIN = 20.0
"""Seconds for a body to come: Meta's are there at once, and whoever drips bytes is no customer of ours."""
HELD = 128 * 1024 * 1024
"""Bytes of bodies in the memory of one process."""
FILES = 64 * 1024 * 1024
"""Bytes of a body that brings an agent's files: more than one message may have, so that it can be refused
in words."""
WITH_FILES = re.compile(r"/(?:conversations|workspace)/[0-9]+/messages")
"""Where agents post them."""
FILES_WITHIN = 120.0
"""Seconds for it: people's lines are slower than Meta's."""


class Gone(Exception):  # noqa: N818
    """The client left."""


class TooLarge(Exception):  # noqa: N818
    pass


class Full(Exception):  # noqa: N818
    """Too much is held already."""


class Bodies:
    """All that are being read or worked on in one process."""

    def __init__(self, largest: int, within: float = WITHIN) -> None:
        """`largest`: bytes; `within`: seconds."""
        self.largest, self.within = largest, within
        self.held = 0

    @asynccontextmanager
    async def read(self, scope: Scope, receive: Receive) -> AsyncIterator[bytes]:
        """Held as long as the context lasts. Raises TooLarge, Full, Gone and TimeoutError."""
        if declared(scope) > self.largest:
            raise TooLarge
        body = Body(self)
        try:
            # the server itself bounds the wait for the first chunk, which mostly is all there is
            body.take(await receive())
            if body.more:
                async with asyncio.timeout(self.within):
                    while body.more:
                        body.take(await receive())
            yield body.whole()
        finally:
            self.held -= body.size


class Body:
    """One that is coming in."""

    def __init__(self, among: Bodies) -> None:
        self.among = among
        self.chunks: list[bytes] = []
        self.size = 0
        self.more = True

    def whole(self) -> bytes:
        """Once: the pieces are let go."""
        chunks, self.chunks = self.chunks, []
        return b"".join(chunks)

    def take(self, message: Message) -> None:
        if message["type"] != "http.request":
            raise Gone
        chunk, self.more = message.get("body", b""), message.get("more_body", False)
        self.chunks.append(chunk)
        self.size += len(chunk)
        self.among.held += len(chunk)
        if self.size > self.among.largest:
            raise TooLarge
        if self.among.held > HELD:
            raise Full


def declared(scope: Scope) -> int:
    """The length that the client names, 0 when it names none."""
    length = next((value for key, value in scope["headers"] if key == b"content-length"), b"")
    return int(length) if length.isdigit() else 0
