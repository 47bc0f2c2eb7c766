"""What msgspec knows of our types. It reads a type's fields when it is first asked for it; where two threads
ask at once, one finds them half read, and the process dies (msgspec 0.22)."""

from contextlib import suppress

import msgspec


def read_fields() -> None:
    """Of all there are, while there is one thread: once all modules are loaded."""
    unread = msgspec.Struct.__subclasses__()
    while unread:
        kind = unread.pop()
        unread += kind.__subclasses__()
        with suppress(TypeError):  # one that is never read from anything
            msgspec.json.Decoder(kind)
