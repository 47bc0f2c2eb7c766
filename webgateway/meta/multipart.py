"""A request's body of fields and one file, handed over piece by piece: a file is in memory once."""

import secrets
import time
from collections.abc import Iterator, Mapping

PIECE = 2**16
"""Bytes."""
SECONDS = 90.0
"""To send a body."""


class Body:
    """What requests sends as a stream of known length. TimeoutError when the other side takes too long."""

    def __init__(
        self, fields: Mapping[str, str], name: str, filename: str, mime_type: str, file: bytes
    ) -> None:
        self.boundary = secrets.token_hex(16)
        mark = f"--{self.boundary}\r\nContent-Disposition: form-data; name="
        texts = "".join(f'{mark}"{field}"\r\n\r\n{value}\r\n' for field, value in fields.items())
        quoted = filename.translate({34: "%22", 13: "%0D", 10: "%0A"})
        head = f'{mark}"{name}"; filename="{quoted}"\r\nContent-Type: {mime_type}\r\n\r\n'
        self.head = (texts + head).encode()
        self.file = memoryview(file)
        self.tail = f"\r\n--{self.boundary}--\r\n".encode()

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self.boundary}"

    def __len__(self) -> int:
        return len(self.head) + len(self.file) + len(self.tail)

    def __iter__(self) -> Iterator[bytes | memoryview]:
        end = time.monotonic() + SECONDS
        yield self.head
        for start in range(0, len(self.file), PIECE):
            if time.monotonic() > end:
                raise TimeoutError("the file takes too long")
            yield self.file[start : start + PIECE]
        yield self.tail
